"""What happens between the answer and the end: the opening, screening beside it, the talk, silence, opting out, hanging up.

Listens to the session's events and notes what they mean in the call's log. Everything here runs in the event loop; nothing waits
for the control plane except an opt-out.
"""

import asyncio
from typing import Any

import structlog
from livekit import rtc
from livekit.agents import AgentSession, CloseReason
from livekit.agents.voice import (
    AgentStateChangedEvent,
    CloseEvent,
    ConversationItemAddedEvent,
    FunctionToolsExecutedEvent,
    UserInputTranscribedEvent,
    UserStateChangedEvent,
)

from agent_worker import clock, phrases
from agent_worker.assistant import Assistant
from agent_worker.background import Background
from agent_worker.booking import Booking
from agent_worker.call_log import CallLog
from agent_worker.care.protocol import Care
from agent_worker.changing_language import ChangingLanguage
from agent_worker.control_plane_client import CallClient
from agent_worker.disclosure import Opening
from agent_worker.effects import Effects
from agent_worker.floor import SHORT_S, resume_after
from agent_worker.going_on import GoingOn, Step
from agent_worker.greeting import Greeting
from agent_worker.handing_over import HandingOver
from agent_worker.instructions import assemble, humans_of
from agent_worker.keeper import Keeper
from agent_worker.keypad import press
from agent_worker.notes import Notes
from agent_worker.opening import SILENT_DUE_S
from agent_worker.opening_line import Spoken
from agent_worker.opt_out_phrases import is_opt_out
from agent_worker.reception import Reception
from agent_worker.scheduling import Scheduling
from agent_worker.screener import Screener
from agent_worker.staying import put_through, stay_with, watch_silence
from agent_worker.stopping import Stopping
from agent_worker.tools import tools_for
from agent_worker.transcript import Transcript
from sip_config.contract import ACKNOWLEDGED, AnsweredBy, CallOrder, EndCause, EventKind, RiskLevel

log = structlog.get_logger()

ACKNOWLEDGE_KEY = "1"
"""Stands for the spoken outcome `acknowledged` where the order has it: so little must do for somebody who is called at night."""
OPT_OUT_KEY = "9"
DECLINED_LABEL = "not_interested"
"""The outcome of a no to "may I go on?"."""


class Conversation:
    """One conversation. `over` resolves with the reason once the agent has decided to hang up or cannot go on."""

    keeps = Keeper

    def __init__(self, order: CallOrder, client: CallClient, call_log: CallLog) -> None:
        self.order, self.client, self.log = order, client, call_log
        self.over: asyncio.Future[EndCause] = asyncio.get_running_loop().create_future()
        self.errors: list[str] = []
        self._background = Background(self._failed)
        self.spawn, self.aclose = self._background.spawn, self._background.aclose
        self._said = phrases.for_language(order.language)
        self.scheduling, self.booking = Scheduling(client, order.planned), Booking(client, order.calendars)
        heeds = {"may_reply": self._may_reply, "on_audio": self._overhear, "has_floor": self._has_floor}
        self.assistant = Assistant(assemble(order), tools_for(order, self), **heeds)
        self.keeper = self.keeps(call_log, order.recording_policy)
        self.effects, self.handing_over = Effects(client, self.keeper, self), HandingOver(client, self)
        call_log.on_transferring = self.handing_over.told
        self.transcript = Transcript(self.keeper, order.language)
        self.care = self._new_care()
        self.screener = Screener(call_log, clock.seconds, self._met_machine)
        self._reception: Reception | None = None
        self._answered_at: float | None = None
        self._opening_over_at: float | None = None
        self._callee_began: float | None = None
        self.quiet_since, self._callee_quiet_since = 0.0, 0.0
        self._unanswered: list[tuple[str, float]] = []
        self.stopping = Stopping(self, client)
        notes = Notes(self.keeper, lambda: self.stopping.is_wished)
        self.set_outcome, self.note_promise, self.remember = notes.set_outcome, notes.note_promise, notes.remember
        self.record_mood = self.transcript.judged
        self.going_on, self._changing = GoingOn(order.ask_to_go_on), ChangingLanguage(self)
        self._closing, self._at_machine, self._is_disclosed = False, False, False
        self._awaits_rest, self._agent_began = False, 0.0

    def attach(self, session: AgentSession, spoken: Spoken, on_opening: Any) -> None:
        """Listen to `session`; `on_opening` is called when the opening line begins."""
        self.session, self._spoken, self._opening = session, spoken, spoken.opening
        self._awaits_rest, self._on_opening = spoken.opening.asks, on_opening
        self.greeting = Greeting(session, spoken, on_opening)
        session.on("user_state_changed", self._user_state_changed)
        session.on("agent_state_changed", self._agent_state_changed)
        session.on("user_input_transcribed", self._transcribed)
        session.on("conversation_item_added", self._item_added)
        session.on("function_tools_executed", self._tools_executed)
        session.on("close", self._session_closed)

    def begin(self, answered_at: float) -> None:
        """The callee has answered."""
        self._answered_at = self.quiet_since = self._callee_quiet_since = answered_at
        for part in (self.transcript, self.keeper, self.screener):
            part.begin(answered_at)
        opens_at = answered_at
        if self.order.inbound is not None:
            self.screener.has_called()
            # Who calls expects to be spoken to.
            opens_at = clock.seconds() - SILENT_DUE_S
        if self.session.user_state == "speaking":
            self._callee_began = answered_at
        self.spawn(self._open(opens_at))

    async def _open(self, answered_at: float) -> None:
        greeting = self.greeting
        await greeting.run(answered_at, self.session.user_state == "speaking")
        if self._at_machine or greeting is not self.greeting:
            return
        self._opening_over_at = self.quiet_since = clock.seconds()
        if self._unanswered and not self._changing.catches_up(self._unanswered):
            await self.assistant.remember(self._unanswered)
        self._go_on()
        await watch_silence(self)

    def _told(self, heard: str, began: float) -> None:
        """As much of the opening as `heard` was played. What the callee said over the question may be its answer."""
        spoken = self._spoken
        if spoken.opening.is_disclosed_in(heard):
            self._note_disclosure(spoken.opening.disclosure, began, heard)
        if spoken.opening.is_noticed_in(heard):
            self.keeper.noticed(began + spoken.disclosed_s, began + spoken.told_s)
            for text, at in self._unanswered:
                self._keep(text, at)

    def _keep(self, said: str, began: float) -> None:
        self.keeper.heard(said, began, is_understood=not self._changing.is_wished(said))

    def _note_disclosure(self, text: str, began: float, quote: str) -> None:
        if not self._is_disclosed:
            self._is_disclosed = True
            offset_s = round(max(0.0, began - (self._answered_at or began)), 3)
            self.log.note(EventKind.DISCLOSED, {"text": text, "offset_s": offset_s, "quote": quote})

    def _go_on(self) -> None:
        """Say the rest of the opening once the question about the recording is settled."""
        if not self._awaits_rest or self.keeper.consent.asks or self._closing or self._at_machine or self.is_elsewhere:
            return
        self._awaits_rest = False
        self.going_on.asked(clock.seconds())
        rest, is_affirmed = self._opening.rest, self.keeper.consent.kept_from_s is not None
        self.session.say(rest if is_affirmed else f"{self._said.not_recorded} {rest}")

    @property
    def stays_on(self) -> bool:
        """Somebody in danger is not hung up on, nor who talks with a human, whatever else they or the assistant wish."""
        return self.care.stays_on or self.handing_over.is_joined

    @property
    def is_elsewhere(self) -> bool:
        """The callee waits for somebody else, or talks with them: nothing is said to them unasked."""
        return self.handing_over.is_open

    @property
    def offset_s(self) -> float:
        """Seconds since the answer; 0 before it."""
        return 0.0 if self._answered_at is None else max(0.0, clock.seconds() - self._answered_at)

    def hang_up(self, cause: EndCause) -> None:
        """End the call, unless somebody may be in danger; the first cause counts."""
        if self.stays_on and cause is not EndCause.SYSTEM_ERROR:
            return
        self.close()
        if not self.over.done():
            self.over.set_result(cause)

    def handed_over(self) -> None:
        """Somebody else talks to the callee now, who needs nobody of us, in danger or not."""
        self._closing, self.greeting.wanted = True, False
        self.set_outcome("transferred", "")
        if not self.over.done():
            self.over.set_result(EndCause.TRANSFER_DONE)

    def flag_risk(self, kind: str, level: RiskLevel, quote: str) -> None:
        """Note something grave that the callee has said; from a crisis on, stay with them."""
        if not self.care.raised(kind, level):
            return
        self.keeper.note(EventKind.RISK_FLAGGED, {"kind": kind, "level": level.value, "quote": quote, "offset_s": round(self.offset_s, 3)})
        if not self.over.done() and self.care.begins(level) and not self.handing_over.is_joined:
            self._awaits_rest = self.going_on.is_open = False
            self.spawn(stay_with(self, self.care.first_words(kind), at_once=self.care.replies_itself))

    @property
    def is_ending(self) -> bool:
        return self._closing or self._at_machine

    def _new_care(self) -> Care:
        return Care(self.order.language, self.order.country, humans_of(self.order))

    def go_on_after_all(self) -> bool:
        was_ending, self._closing = self._closing, False
        return was_ending

    async def opt_out(self, quote: str) -> bool:
        """Have the wish never to be called again committed; whether it was."""
        return await self.stopping.wanted(quote)

    async def leave_with(self, words: str, cause: EndCause) -> None:
        """Say these last words and hang up, unless somebody may be in danger."""
        if not self.stays_on:
            await self.say_last(words)
            self.hang_up(cause)

    def key_pressed(self, digit: str) -> None:
        if digit == OPT_OUT_KEY and self._answered_at is not None:
            self.stopping.pressed()
        elif digit == ACKNOWLEDGE_KEY and ACKNOWLEDGED in self.order.outcome_labels and self._answered_at is not None and not self._closing:
            self.close()
            self.set_outcome(ACKNOWLEDGED, "pressed 1")
            self.spawn(self.leave_with(self._said.goodbye, EndCause.AGENT_HANGUP))

    def _user_state_changed(self, event: UserStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self._callee_began = event.created_at
            self.transcript.callee_began(event.created_at)
            self.greeting.heard_start(event.created_at)
        elif event.old_state == "speaking":
            self._callee_ended(event.created_at)
        self.quiet_since = clock.seconds()

    def _callee_ended(self, at: float) -> None:
        self._callee_quiet_since = at
        if self._callee_began is not None and at - self._callee_began <= SHORT_S:
            resume_after(self.session, self.order.turns.resume_after_s)
        self.transcript.callee_ended(at)
        self.greeting.heard_end(at)
        if self._answered_at is not None and self._callee_began is not None:
            self.screener.speech(self._callee_began, at)

    def _agent_state_changed(self, event: AgentStateChangedEvent) -> None:
        self.quiet_since = clock.seconds()
        if event.new_state != "speaking" or self._answered_at is None:
            return
        self._agent_began = event.created_at
        self.greeting.sounds(event.created_at)
        if self.log.has(EventKind.FIRST_AUDIO):
            return
        due_at = self.greeting.due_at
        data = {} if due_at is None else {"after_due_s": round(event.created_at - due_at, 3)}
        self.log.note(EventKind.FIRST_AUDIO, data, at=event.created_at)

    def _transcribed(self, event: UserInputTranscribedEvent) -> None:
        if not event.is_final or not event.transcript.strip() or self._answered_at is None:
            return
        self.quiet_since = clock.seconds()
        self._keep(event.transcript, self.transcript.utterance(clock.seconds())[0])
        self.scheduling.heard(event.transcript)
        self.booking.heard(event.transcript)
        began = self.transcript.callee_said(event.transcript, clock.seconds())
        self.stopping.heard(event.transcript, began)
        if self.greeting.is_guarded:
            self._unanswered.append((event.transcript, began))
        self.greeting.transcribed()
        after_opening = self._opening_over_at is not None and began >= self._opening_over_at
        self.screener.text(event.transcript, after_opening=after_opening)
        if not self.screener.is_final:
            self._weigh(event.transcript, began)

    def _weigh(self, said: str, began: float) -> None:
        """What of the callee's words is not left to the model. Danger first: it changes what the rest leads to."""
        for finding in [] if self._at_machine else self.care.heard(said):
            self.flag_risk(finding.kind, finding.level, said)
        if is_opt_out(said):
            self.going_on.reply_with("")
            self.spawn(self.opt_out(said))
        elif person := "" if self._at_machine or self.is_elsewhere else self.care.accepts(said, began):
            self.spawn(put_through(self, person))
        elif not (self._changing.heard(said, began) or self._awaits_rest or self._closing or self.is_elsewhere):
            self._heed(self.going_on.heard(said, began, self.greeting.told_at), said)

    def goes_on_in(self, order: CallOrder, opening: Opening) -> None:
        """What the code says from here on is in the language of this order, and of this opening."""
        self.order, self._opening, self._said = order, opening, phrases.for_language(order.language)
        self.transcript.language = self.care.language = order.language
        self._awaits_rest = self._awaits_rest and self.keeper.consent.asks

    def _heed(self, step: Step, said: str) -> None:
        """Do what the answer to \"may I go on?\" asks for; anything else is the model's."""
        if step is Step.LEAVE:
            self.close()
            self.set_outcome(DECLINED_LABEL, said)
            self.spawn(self.leave_with(self._said.goodbye, EndCause.AGENT_HANGUP))
        elif step is Step.ASK_AGAIN:
            self.going_on.reply_with(f"{self._opening.disclosure} {self._said.may_go_on}")
        elif step is Step.GO_ON:
            self.going_on.reply_with(self._opening.kept)

    def _item_added(self, event: ConversationItemAddedEvent) -> None:
        if event.item.type != "message":
            return
        if event.item.role == "assistant" and self._spoken.text.startswith(said := event.item.text_content or " "):
            self._told(said, event.item.metrics.get("started_speaking_at") or self._agent_began)
        self.transcript.message(event.item)
        if event.item.role == "assistant" and self.greeting.is_over:
            self.screener.exchange()

    def _tools_executed(self, event: FunctionToolsExecutedEvent) -> None:
        for call, output in event.zipped():
            result = output.output if output else ""
            self.keeper.note(EventKind.TOOL_CALLED, {"name": call.name, "arguments": call.arguments, "result": result})

    def _session_closed(self, event: CloseEvent) -> None:
        if event.reason is CloseReason.ERROR and not self.over.done():
            self.log.note(EventKind.FAILED, {"error": f"session closed: {type(event.error).__name__}"})
            self.hang_up(EndCause.SYSTEM_ERROR)

    def _overhear(self, frame: rtc.AudioFrame) -> None:
        if self.screener.sound(frame):
            self._callee_quiet_since = clock.seconds()

    def _has_floor(self) -> bool:
        return self.session.current_speech is not None

    def _may_reply(self) -> bool:
        is_answered = self._changing.replies()
        if self._awaits_rest and self.greeting.is_over:
            self._go_on()
            return False
        reply = self.going_on.reply()
        if self.is_elsewhere or self.care.replies() or is_answered or self._closing or self._at_machine:
            return False
        if reply:
            self.session.say(reply)
        return self.greeting.is_over and not (reply or self.going_on.is_open)

    def _met_machine(self, by: AnsweredBy) -> None:
        if self.stopping.is_wished or self._closing or self._at_machine or self.is_elsewhere:
            return
        if self.stays_on and self.screener.heard.replied:
            # Somebody who has answered and may be in danger is not left for what sounds like a machine.
            return
        self._at_machine, self.greeting.wanted = True, False
        self.going_on.reply_with("")
        # What a recording has said raises nothing, and a person who comes to the phone behind it is heard anew.
        self._changing.begin_anew()
        self.care = self._new_care()
        self._reception = self._reception or Reception(self)
        self.spawn(self._reception.meet(by))

    async def fall_silent(self) -> None:
        await self.session.interrupt(force=True)

    async def press(self, key: str) -> None:
        """Press a key of the phone."""
        await press(self.session.room_io.room.local_participant, key)
        self.keeper.note(EventKind.TOOL_CALLED, {"name": "press_key", "arguments": key, "result": ""})

    def told(self, opening: Opening) -> None:
        self._note_disclosure(opening.disclosure, self._agent_began, " ".join(opening.spoken_first))

    async def greet(self) -> None:
        """Somebody has come to the phone who has heard nothing yet: begin anew, at once when they have fallen silent."""
        if self._closing:
            return
        await self.session.interrupt(force=True)
        self.greeting = Greeting(self.session, self._spoken, self._on_opening)
        self._at_machine, self._is_disclosed, self._opening_over_at = False, False, None
        self._opening, self._awaits_rest = self._spoken.opening, self._spoken.opening.asks
        self._unanswered.clear()
        await self._open(clock.seconds() - SILENT_DUE_S)

    def callee_quiet_s(self) -> float:
        return 0.0 if self.session.user_state == "speaking" else clock.seconds() - self._callee_quiet_since

    def close(self) -> None:
        """Begin nothing more: the call is about to end, unless somebody may be in danger."""
        if not self.stays_on:
            self._closing, self.greeting.wanted = True, False

    async def say_last(self, text: str) -> bool:
        """Say one last sentence that nothing interrupts; whether it was played to its end."""
        await self.session.interrupt(force=True)
        speech = self.session.say(text, allow_interruptions=False)
        await speech
        return not speech.interrupted

    def _failed(self, error: BaseException) -> None:
        if not self.over.done():
            log.error("conversation_failed", exc_info=error)
            self.log.note(EventKind.FAILED, {"error": type(error).__name__})
            self.hang_up(EndCause.SYSTEM_ERROR)
