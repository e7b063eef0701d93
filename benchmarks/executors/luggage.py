"""The user's own files that runs elsewhere need: plug-ins and questions. They are small and travel whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from ...datasets.errors import InputError
from ...evaluation.tasks import absolute
from ..plan import Plan


@dataclass(frozen=True)
class Luggage:
    """Files by the names that they get there, and the plan with these names.

    Attributes:
        files: contents by name.
        plan: as JSON holds it, its plug-ins being names in ``files``.
        plugin_names: in the plan's order.
        task_names: to score with; those in ``files`` are files.
    """

    files: Mapping[str, bytes]
    plan: Mapping[str, Any]
    plugin_names: list[str]
    task_names: list[str] | None

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """Pack what a plan names.

        Raises:
            InputError: a file cannot be read.
        """
        files: dict[str, bytes] = {}

        def packed(path: Path, kind: str) -> str:
            name = f"{kind}/{len(files)}/{path.name}"
            try:
                files[name] = path.read_bytes()
            except OSError as error:
                raise InputError(f"{path} cannot be read: {error.strerror}") from error
            return name

        plugins = [packed(path, "plugins") for path in plan.plugin]
        tasks = absolute(plan.tasks)
        if tasks is not None:
            tasks = [packed(Path(name), "questions") if Path(name).is_absolute() else name for name in tasks]
        return cls(files, {**plan.model_dump(mode="json"), "plugin": plugins}, plugins, tasks)

    @property
    def packed(self) -> tuple[dict[str, bytes], dict[str, Any]]:
        """Files and plan, to be sent."""
        return dict(self.files), dict(self.plan)

    def plugins(self, folder: Path) -> list[Path]:
        """Where the plug-ins are once ``files`` lie in that folder."""
        return [folder / name for name in self.plugin_names]

    def tasks(self, folder: Path) -> list[str] | None:
        """The tasks once ``files`` lie in that folder."""
        if self.task_names is None:
            return None
        return [str(folder / name) if name in self.files else name for name in self.task_names]
