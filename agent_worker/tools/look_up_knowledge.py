"""Lets the model look things up in the documents that its assistant was given."""

from livekit.agents import RunContext, StopResponse, ToolError, function_tool, llm

from agent_worker.tools.configured import AGAIN_AFTER_S, COVERED_AFTER_S, MOST_FILLERS
from agent_worker.tools.control import CallControl
from agent_worker.tools.spoken import schema
from sip_config.contract import LONGEST_QUESTION, LOOK_UP_KNOWLEDGE, KnowledgeOrder

TIMEOUT_S = 5.0
"""Far above what a search takes; what takes longer is no pause in a conversation."""
_SCHEMA = schema(
    LOOK_UP_KNOWLEDGE,
    "Look something up in the documents that you were given. Use it before you answer a question about what they are about.",
    {"question": {"type": "string", "description": "What to look for: a few words that matter, in the language of the documents."}},
)
_ONLY = " Answer from what is quoted there and from nothing else. If the answer is not there, say that you do not know it."
_FIRST = " If the answer is not there, say so rather than guess."


def look_up_knowledge(control: CallControl, knowledge: KnowledgeOrder, filler: str) -> llm.Tool:
    """The tool. While it takes its time `filler` is said."""

    @function_tool(raw_schema=_SCHEMA)
    async def run(raw_arguments: dict[str, object], context: RunContext) -> str:
        question = str(raw_arguments.get("question") or "").strip()
        if not question or len(question) > LONGEST_QUESTION:
            raise ToolError(f"Say in at most {LONGEST_QUESTION} characters what to look for.")
        async with context.with_filler(filler, delay=COVERED_AFTER_S, interval=AGAIN_AFTER_S, max_steps=MOST_FILLERS):
            told = await control.effects.use(LOOK_UP_KNOWLEDGE, {"question": question}, context.function_call.call_id, TIMEOUT_S)
        if told is None:
            raise StopResponse
        return told + (_ONLY if knowledge.answers_only_from_it else _FIRST)

    return run
