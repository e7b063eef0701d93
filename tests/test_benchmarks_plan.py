"""Plans: what a wrong one is told, what one file and one command line have in common, and the order of the runs."""

import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.benchmarks.forecast import forecast
from bench.benchmarks.messages import as_flag
from bench.benchmarks.plan import Plan, make_plan
from bench.benchmarks.plan_file import find_plan, read_plan
from bench.benchmarks.schedule import RunSpec, candidates, schedule
from bench.benchmarks.study import folders, plans
from bench.datasets.errors import InputError
from bench.implementations import registry
from bench.implementations.hyperparameters import Hyperparameters
from bench.implementations.selector import combinations, parse_selectors

PLUGIN = Path(__file__).with_name("misbehaving_trainers.py")


def specs(impl: str, **settings: object) -> list[RunSpec]:
    plan = make_plan({"impl": impl, "plugin": PLUGIN, "threads": 1, **settings})
    return schedule(plan, candidates(plan))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"window": 0}, "--window must be at least 1, got 0"),
        ({"vector_size": -5}, "--vector-size must be at least 1, got -5"),
        ({"vector_size": 10**6}, "--vector-size must be at most 65,536, got 1000000"),
        ({"alpha": float("nan")}, "--alpha must be a finite number, got nan"),
        ({"alpha": 0}, "--alpha must be above 0, got 0"),
        ({"sample": -1e-3}, "--sample must be at least 0, got -0.001"),
        ({"negative": 0}, "loss ns needs negative >= 1"),
        ({"min_alpha": 1}, "min_alpha (1) is above alpha (0.025)"),
        ({"model": "glove"}, "--model must be skipgram or cbow, got 'glove'"),
        ({"epochs": 1.5}, "--epochs must be a whole number, got 1.5"),
        ({"threads": 0}, "--threads must be at least 1, got 0"),
        ({"repeats": 0}, "--repeats must be at least 1, got 0"),
        ({"timeout": 0}, "--timeout must be above 0, got 0"),
        ({"timeout": float("inf")}, "--timeout must be a finite number, got inf"),
        ({"seed": "1,x"}, "--seed must be a whole number, got 'x'"),
        ({"seed": -1}, "--seed must be at least 0, got -1"),
        ({"seed": [3, 3]}, "--seed must name each seed once"),
        ({"seed": [1, 2], "repeats": 3}, "--repeats must be a multiple of 2"),
        ({"corpus": 3}, "--corpus must be text, got 3"),
        ({"windows": 3}, "there is no setting --windows; did you mean --window?"),
    ],
)
def test_what_is_wrong_is_named_with_its_flag(settings: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as caught:
        make_plan(settings, as_flag)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.dictionaries(st.sampled_from(sorted({*Plan.model_fields, *Hyperparameters.model_fields})), st.none()))
def test_what_is_not_given_has_its_default(settings: dict[str, None]) -> None:
    assert make_plan(settings) == Plan()


@pytest.mark.parametrize(
    ("seed", "repeats", "used"),
    [
        (None, None, [1, 2, 3]),
        (None, 5, [1, 2, 3, 4, 5]),
        (None, 2, [1, 2]),
        (7, None, [7, 7, 7]),
        ("4,9", None, [4, 9, 4, 9]),
        ([1, 2, 3, 4, 5], None, [1, 2, 3, 4, 5]),
        ([4, 9], 2, [4, 9]),
    ],
)
def test_rounds_use_the_seeds_in_turn_and_equally_often(seed: object, repeats: int | None, used: list[int]) -> None:
    plan = make_plan({"impl": "quick", "seed": seed, "repeats": repeats})
    assert [plan.round_seed(number + 1) for number in range(plan.rounds)] == used


def test_only_the_first_look_is_a_single_round() -> None:
    assert make_plan({}).rounds == 1
    assert make_plan({"impl": "gensim"}).rounds == 3
    assert make_plan({"corpus": "text8"}).rounds == 3
    assert make_plan({"repeats": 2}).rounds == 2


def test_a_file_says_the_same_as_flags(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(
        'impl = ["quick[scale=2]", "quick"]\ncorpus = "text8"\nvector-size = 20\nmin_alpha = 0.001\n'
        'seed = "1,2"\nrepeats = 4\nsave-vectors = true\nout = "there"\n'
    )
    settings = read_plan(file)
    assert settings.pop("out") == "there"
    assert make_plan(settings) == make_plan(
        {
            "impl": ["quick[scale=2]", "quick"], "corpus": "text8", "vector_size": 20, "min_alpha": 1e-3,
            "seed": [1, 2], "repeats": 4, "save_vectors": True,
        }
    )  # fmt: skip


def test_what_lies_beside_the_plan_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.py").write_text("")
    (tmp_path / "mine.txt").write_text("")
    (tmp_path / "plan.toml").write_text('corpus = "mine.txt"\nplugin = "mine.py"\n')
    monkeypatch.chdir("/")
    plan = make_plan(read_plan(tmp_path / "plan.toml"))
    assert plan.corpus == str(tmp_path / "mine.txt")
    assert plan.plugin == (tmp_path / "mine.py",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("window = 0", "window must be at least 1, got 0"),
        ("vektor-size = 3", "there is no setting vektor_size; did you mean vector_size?"),
        ("min-count = 1\nmin_count = 2", "min_count is given twice"),
        ("window 5", "is not valid TOML"),
        ("out = 3", "out must be the path of a directory, got 3"),
        ("[hyperparameters]\nwindow = 3", "stand beside the other settings"),
    ],
)
def test_a_wrong_plan_file_is_named_with_the_key(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        read_plan(file)
    assert str(file) in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('impl = "quick"\n\nwindow = 0', 3),
        ('impl = "quick"\n  "vector-size" = "many"', 2),
        ("epochs = [1, 0]", 1),
        ("# window\nvektor-size = 3", 2),
        ('corpus = ["a", "a"]', 1),
        ("min-count = [1, 5]", 1),
    ],
)
def test_a_wrong_plan_file_is_named_with_the_line(text: str, line: int, tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=rf"plan\.toml, line {line}: "):
        read_plan(file)


@pytest.mark.parametrize("name", ["quick", "parity", "scaling", "paper"])
def test_the_ready_made_plans_are_found_by_name_and_can_be_run(name: str) -> None:
    settings = read_plan(find_plan(Path(name)))
    settings.pop("out", None)
    asked = plans(settings)
    assert asked
    for plan in asked:
        chosen = [name for text in plan.impl for name in (one.name for one in parse_selectors(text))]
        assert set(chosen) <= set(registry.names())
        assert plan.rounds >= 3


def test_a_grid_is_every_combination_and_a_selector_s_own_value_goes_before_it() -> None:
    asked = plans({"impl": "quick,quick[window=9]", "plugin": PLUGIN, "window": [2, 3], "threads": [1, 2]})[0]
    found = {(one.threads, one.hyperparameters.window) for one in candidates(asked)}
    assert found == {(threads, window) for threads in (1, 2) for window in (2, 3, 9)}
    assert len(candidates(asked)) == 6
    runs = schedule(asked, candidates(asked))
    assert len({run.id for run in runs}) == len(runs) == 6 * 3


def test_a_grid_says_the_same_in_brackets_and_in_a_plan() -> None:
    def configurations(**settings: object) -> set[str]:
        return {run.configuration for run in specs(**settings)}  # type: ignore[arg-type]

    brackets = configurations(impl="quick[window=[2,3],vector_size=[8,9],scale=[1,2]]")
    assert brackets == configurations(impl="quick[scale=[1,2]]", window=[2, 3], vector_size=[8, 9])
    assert len(brackets) == 8


@pytest.mark.parametrize(
    ("impl", "message"),
    [
        ("quick[window=[2,3]", "brackets"),
        ("quick]", "brackets"),
        ("quick[window=[]]", "not of the form"),
        ("quick[window=2]]", "brackets"),
        ("quick[window=[2,[3]]]", "not of the form"),
        ("quick[window=[2,2],window=3]", "given twice"),
        ("quick[threads=0]", "threads must be a whole number"),
        ("quick[window=[2,3]],quick[window=3]", "same run asked for twice"),
    ],
)
def test_a_wrong_grid_in_brackets_is_one_sentence(impl: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        specs(impl)


@given(
    st.dictionaries(
        st.sampled_from(["window", "epochs", "negative", "scale"]),
        st.lists(st.integers(1, 99), min_size=1, max_size=4, unique=True),
        max_size=4,
    )
)
def test_what_stands_in_brackets_is_read_back(settings: dict[str, list[int]]) -> None:
    text = ",".join(f"{key}=[{','.join(map(str, values))}]" for key, values in settings.items())
    found = parse_selectors(f"quick[{text}],other")
    assert [one.name for one in found] == ["quick"] * math.prod(map(len, settings.values())) + ["other"]
    assert [one.settings for one in found[:-1]] == list(combinations(settings))


def test_several_corpora_are_a_benchmark_each_in_folders_side_by_side(tmp_path: Path) -> None:
    asked = plans({"impl": "quick", "corpus": ["text8", "some/wiki.txt.gz"], "window": 3})
    assert [plan.corpus for plan in asked] == ["text8", "some/wiki.txt.gz"]
    assert {plan.hyperparameters.window for plan in asked} == {3}
    assert folders(asked, tmp_path) == [tmp_path / "text8", tmp_path / "wiki"]
    with pytest.raises(InputError, match="would be called wiki"):
        folders(plans({"corpus": ["wiki.txt", "other/wiki.gz"]}), tmp_path)
    assert folders(asked[:1], tmp_path) == [tmp_path]


@pytest.mark.parametrize(("text", "value"), [("90m", 5400), ("8h", 28_800), (60, 60), ("0.5 h", 1800), ("45", 45)])
def test_a_budget_is_a_time(text: object, value: float) -> None:
    assert make_plan({"budget": text}).budget == value


@pytest.mark.parametrize("text", ["soon", "8 weeks", "-3h", 0, "1.2.3h", "inf"])
def test_a_budget_that_is_no_time_is_one_sentence(text: object) -> None:
    with pytest.raises(InputError, match="--budget must be"):
        make_plan({"budget": text}, as_flag)


def test_a_plan_of_a_thousand_cells_is_laid_out_and_resumed(tmp_path: Path) -> None:
    grid = {"vector_size": list(range(1, 11)), "window": list(range(1, 11)), "epochs": [1, 2]}
    asked = plans({"impl": "quick", "plugin": PLUGIN, "repeats": 5, **grid})[0]
    cells = forecast(asked, tmp_path, probe=False)
    assert len(cells) == 200
    assert sum(cell.open for cell in cells) == 1000


def test_a_missing_plan_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.toml cannot be read: No such file"):
        read_plan(tmp_path / "no.toml")


def test_every_round_has_every_implementation_once_in_an_order_of_its_own() -> None:
    runs = specs("quick,quick[scale=2],quick[scale=3],quick[scale=4]", repeats=50)
    rounds = [runs[at : at + 4] for at in range(0, 200, 4)]
    orders = [tuple(run.candidate.options["scale"] for run in group) for group in rounds]
    assert all({run.round for run in group} == {number + 1} for number, group in enumerate(rounds))
    assert all(len({run.seed for run in group}) == 1 for group in rounds)
    assert all(sorted(order) == [1, 2, 3, 4] for order in orders)
    first = Counter(order[0] for order in orders)
    assert min(first.values()) >= 4, "each implementation is the first of some rounds"


def test_the_order_is_stored_with_its_seed_and_can_be_had_again() -> None:
    def order(seed: int) -> list[str]:
        return [run.id for run in specs("quick,quick[scale=2],quick[scale=3]", repeats=9, order_seed=seed)]

    assert order(1) == order(1)
    assert order(1) != order(2)
    assert make_plan({"order_seed": 5}).settled()["order_seed"] == 5


def test_a_run_s_name_is_readable_unique_and_changes_only_with_what_is_run() -> None:
    runs = specs("quick,quick[scale=2],quick[vector_size=7]", repeats=6)
    assert len({run.id for run in runs}) == len(runs)
    assert {run.id.rsplit("-", 1)[0] for run in runs if run.round == 2} == {"quick-skipgram-ns-s2-r2"}
    again = specs("quick[scale=2],quick[vector_size=7],quick[scale=1.0]", repeats=7, timeout=5, save_vectors=True)
    assert {run.id for run in runs} < {run.id for run in again}
    assert not {run.id for run in runs} & {run.id for run in specs("quick", threads=2)}


def test_a_selector_s_hyperparameters_go_before_the_plan_s() -> None:
    (run,) = specs("quick[window=3]", window=9, epochs=2, repeats=1)
    assert (run.candidate.hyperparameters.window, run.candidate.hyperparameters.epochs) == (3, 2)
    assert run.candidate.given == {}
