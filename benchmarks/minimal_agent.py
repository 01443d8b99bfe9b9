"""What ours is measured against: an agent of the kind in LiveKit's outbound telephony example, with LiveKit's defaults where these need
no cloud."""

import asyncio

from livekit.agents import Agent, AgentServer, AgentSession, JobContext, JobProcess
from livekit.plugins import openai, silero

NAME = "minimal"
GREETING = "Hello, this is Ada of the library. Is this a good time?"


def prewarm(process: JobProcess) -> None:
    process.userdata["vad"] = silero.VAD.load()


async def entrypoint(ctx: JobContext) -> None:
    await ctx.connect()
    session: AgentSession = AgentSession(
        vad=ctx.proc.userdata["vad"],
        stt=openai.STT(model="stand-in-stt", use_realtime=False),
        llm=openai.LLM(model="stand-in-llm"),
        tts=openai.TTS(model="stand-in-tts", voice="alloy"),
        turn_handling={"turn_detection": "vad"},
    )
    await session.start(Agent(instructions="You are Ada."), room=ctx.room, record=False)
    await session.say(GREETING)


if __name__ == "__main__":
    # One call at a time is asked for here, so no load is ever too much.
    server = AgentServer(setup_fnc=prewarm, num_idle_processes=1, port=0, load_fnc=lambda *_: 0.0)
    server.rtc_session(entrypoint, agent_name=NAME)
    asyncio.run(server.run(devmode=False))
