"""What an agent is told of the knowledge it may look things up in. The documents stay with the control plane."""

from dataclasses import dataclass

LOOK_UP_KNOWLEDGE = "look_up_knowledge"
"""The tool's name, also in the address at which it is used."""
LONGEST_QUESTION = 500


@dataclass(frozen=True, slots=True)
class KnowledgeOrder:
    about: tuple[str, ...] = ()
    """What there is, a line for each knowledge base: its name and what it says it is about. Empty: nothing to look up in."""
    answers_only_from_it: bool = False
    """Whether what is neither there nor in the instructions is not to be answered at all."""
