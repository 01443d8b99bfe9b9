"""How many agent workers run follows what is wanted."""

from control_plane.local.agents import AgentPool, WorkerPolicy, wanted_in

_PAGE = """\
# HELP callwright_wanted_agent_workers Agent workers that the waiting calls need.
# TYPE callwright_wanted_agent_workers gauge
callwright_wanted_agent_workers 3.0
callwright_wanted_agent_workers_total 9.0
"""


def test_the_wanted_number_is_read_from_the_metrics_page() -> None:
    assert wanted_in(_PAGE) == 3
    assert wanted_in('callwright_wanted_agent_workers{pool="a"} 1\ncallwright_wanted_agent_workers{pool="b"} 2\n') == 3
    assert wanted_in("") is None


def test_more_workers_start_at_once_within_the_limits() -> None:
    policy = WorkerPolicy(minimum=1, maximum=3)
    assert policy.decide(running=1, wanted=2, now=0) == 2
    assert policy.decide(running=2, wanted=9, now=1) == 3
    assert policy.decide(running=0, wanted=0, now=2) == 1


def test_workers_are_drained_only_after_a_quiet_time() -> None:
    policy = WorkerPolicy(minimum=1, maximum=4, quiet_before_drain_s=60)
    assert policy.decide(running=3, wanted=1, now=0) == 3
    assert policy.decide(running=3, wanted=1, now=59) == 3
    assert policy.decide(running=3, wanted=1, now=60) == 1


def test_a_new_need_starts_the_quiet_time_again() -> None:
    policy = WorkerPolicy(minimum=1, maximum=4, quiet_before_drain_s=60)
    assert policy.decide(running=3, wanted=1, now=0) == 3
    assert policy.decide(running=3, wanted=3, now=30) == 3
    assert policy.decide(running=3, wanted=1, now=61) == 3
    assert policy.decide(running=3, wanted=1, now=121) == 1


async def test_the_pool_starts_and_drains_the_newest_first() -> None:
    started: list[str] = []
    drained: list[str] = []

    async def start(name: str) -> None:
        started.append(name)

    async def drain(name: str) -> None:
        drained.append(name)

    async def read() -> str:
        return _PAGE

    pool = AgentPool(WorkerPolicy(1, 3), start, drain, read, say=lambda line: None)
    await pool.resize(3)
    await pool.resize(1)
    await pool.stop_draining()
    assert started == ["agent-worker-1", "agent-worker-2", "agent-worker-3"]
    assert pool.names == ["agent-worker-1"]
    await pool.resize(2)
    assert pool.names == ["agent-worker-1", "agent-worker-4"]
