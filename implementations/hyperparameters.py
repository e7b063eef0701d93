"""What a run trains with: one frozen, validated object with gensim's names."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, PositiveInt, model_validator

Model = Literal["skipgram", "cbow"]
Loss = Literal["ns", "hs", "softmax"]


class Hyperparameters(BaseModel):
    """Everything the protocol leaves open. Unknown names and values out of range raise a ``ValidationError``."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    model: Model = Field("skipgram", description="skipgram or cbow")
    loss: Loss = Field("ns", description="ns: negative sampling, hs: hierarchical softmax, softmax: full")
    vector_size: PositiveInt = Field(100, le=65536, description="dimensions of a word vector")
    window: PositiveInt = Field(5, le=1000, description="largest distance between a centre and its context words")
    negative: int = Field(5, ge=0, le=1000, description="noise words per positive example (loss ns)")
    sample: FiniteFloat = Field(1e-3, ge=0, description="subsampling threshold t; 0 keeps every word")
    min_count: PositiveInt = Field(5, description="words that occur less often are dropped")
    epochs: PositiveInt = Field(5, le=1_000_000, description="passes over the corpus")
    alpha: FiniteFloat = Field(0.025, gt=0, description="learning rate at the start")
    min_alpha: FiniteFloat = Field(0.0001, ge=0, description="learning rate at the end, reached linearly")
    ns_exponent: FiniteFloat = Field(0.75, description="power of the counts in the noise distribution")
    shrink_windows: bool = Field(True, description="draw each window's size uniformly from 1..window")
    cbow_mean: bool = Field(True, description="CBOW averages the context vectors instead of summing them")

    @model_validator(mode="after")
    def _consistent(self) -> "Hyperparameters":
        if self.loss == "ns" and self.negative == 0:
            raise ValueError("loss ns needs negative >= 1: with no noise words nothing is learnt")
        if self.min_alpha > self.alpha:
            raise ValueError(f"min_alpha ({self.min_alpha:g}) is above alpha ({self.alpha:g})")
        return self
