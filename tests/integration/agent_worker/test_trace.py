"""The trace of a whole call as a collector has it from the real worker: ours and livekit-agents' own spans, and nobody's words."""

from tests.integration.agent_worker.conftest import ROOT, TRACE, Drained


def test_the_agents_spans_and_livekit_agents_own_are_in_the_calls_trace(drained: Drained):
    spans, kept = drained.spans, drained.call
    assert {(span.service, span.trace) for span in spans} == {("callwright-agent", TRACE)}
    (agent,) = [span for span in spans if span.name == "agent"]
    assert agent.parent == ROOT
    assert {span.parent for span in spans if span.name in ("get ready", "conversation", "report", "agent_session")} == {agent.id}
    assert {"llm_node", "tts_node"} <= {span.name for span in spans}
    assert kept.report is not None
    whole = "\n".join(span.raw for span in spans)
    assert len(kept.report.turns) > 2
    assert not [turn.text for turn in kept.report.turns if turn.text in whole]
    assert kept.order.to[1:] not in whole
