"""The trace of a whole call as a collector has it from the real worker: ours and livekit-agents' own spans, and nobody's words."""

from pathlib import Path

import pytest

from rehearsal.scripts import ScriptBook
from tests.fakes.otlp import collecting
from tests.fixtures.services import LiveKitService
from tests.integration.agent_worker.harness import stage

TRACE, ROOT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.timeout(600)
async def test_the_agents_spans_and_livekit_agents_own_are_in_the_calls_trace(
    livekit_alone: LiveKitService, tmp_path: Path, book: ScriptBook
):
    with collecting() as collector:
        async with stage(livekit_alone, tmp_path, slots=1, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url) as small:
            kept, _ = await small.call(book.scripts["answers-and-talks"], trace_context=f"00-{TRACE}-{ROOT}-01")
        spans = collector.wait_for("agent", "get ready", "conversation", "report", "agent_session")
    assert {(span.service, span.trace) for span in spans} == {("callwright-agent", TRACE)}
    (agent,) = [span for span in spans if span.name == "agent"]
    assert agent.parent == ROOT
    assert {span.parent for span in spans if span.name in ("get ready", "conversation", "report", "agent_session")} == {agent.id}
    assert {"llm_node", "tts_node"} <= {span.name for span in spans}, collector.names()
    assert kept.report is not None
    whole = "\n".join(span.raw for span in spans)
    assert len(kept.report.turns) > 2
    assert not [turn.text for turn in kept.report.turns if turn.text in whole]
    assert kept.order.to[1:] not in whole
