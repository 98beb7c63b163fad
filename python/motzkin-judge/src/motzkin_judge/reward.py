"""A reward for trainers of the kind of TRL's GRPOTrainer."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Union

from .answer import extract_answer
from .client import Judge

Completion = Union[str, Sequence[Mapping[str, Any]]]


class IntegralReward:
    """Rewards completions whose answer is an antiderivative of the row's integrand.

        trainer = GRPOTrainer(model=..., reward_funcs=IntegralReward(), train_dataset=dataset, ...)

    The dataset needs a column `integrand` (or the one that `column` names) with a function of x in any notation that
    `motzkin` reads. The reward of a completion is `right` for a verified answer, `partly` for one that is right on
    part of the real line alone, `wrong` for a refuted one, and `unreadable` where there is no answer, or one that could
    not be judged. It is None, which TRL leaves out, if the integrand itself cannot be read.

    Other arguments are those of Judge. An instance can be pickled, and starts its judge when it is first called.
    Thread-safe.
    """

    def __init__(
        self,
        *,
        column: str = "integrand",
        right: float = 1.0,
        partly: float = 0.0,
        wrong: float = 0.0,
        unreadable: float = 0.0,
        extract: Callable[[str], Optional[str]] = extract_answer,
        judge: Optional[Judge] = None,
        **judge_arguments: Any,
    ) -> None:
        self.__name__ = "integral_reward"  # Trainers log a reward by its name.
        self._column = column
        self._rewards: Dict[str, Optional[float]] = {
            "verified": right, "partly": partly, "refuted": wrong, "unverified": unreadable, "error": None}
        self._unreadable = unreadable
        self._extract = extract
        self._judge = judge if judge is not None else Judge(**judge_arguments)

    def __call__(
        self,
        prompts: Optional[Sequence[Any]] = None,
        completions: Sequence[Completion] = (),
        *,
        log_extra: Optional[Callable[[str, List[Any]], None]] = None,
        **columns: Any,
    ) -> List[Optional[float]]:
        """Returns one reward for each completion.

        Trainers pass `prompts`, `completions`, `completion_ids`, each column of the dataset as a list, and more of
        their own, all by name. A completion is a text or a list of messages. `log_extra` gets the columns `answer` and
        `verdict`.
        """
        integrands = columns.get(self._column)
        if integrands is None or len(integrands) != len(completions):
            raise ValueError(f"the dataset needs a column '{self._column}' with the integrand of each row; "
                             f"it has {', '.join(sorted(columns)) or 'none'} (IntegralReward(column=...) names another)")
        answers = [self._extract(text_of(completion)) for completion in completions]
        asked = [(i, answer) for i, answer in enumerate(answers) if answer is not None]
        verdicts = self._judge.judge_many((integrands[i], answer) for i, answer in asked)
        rewards: List[Optional[float]] = [self._unreadable] * len(answers)
        words = ["no answer"] * len(answers)
        for (i, _), verdict in zip(asked, verdicts):
            rewards[i] = self._rewards[verdict.verdict]
            words[i] = verdict.verdict
        if log_extra is not None:
            log_extra("answer", answers)
            log_extra("verdict", words)
        return rewards

    def close(self) -> None:
        """Ends the judge. A later call starts it again."""
        self._judge.close()


def text_of(completion: Completion) -> str:
    """Returns the text of a completion, which may be a list of messages; of these the last one counts."""
    if isinstance(completion, str):
        return completion
    content = completion[-1].get("content") if len(completion) > 0 else None
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, (list, tuple)) else ()
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, Mapping))
