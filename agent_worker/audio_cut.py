"""Cuts the beginning off a recording, so that what was said before it was allowed never leaves the worker."""

from pathlib import Path

import av


def cut(source: Path, target: Path, from_s: float) -> float:
    """Write what `source` (Ogg Opus) holds from `from_s` seconds on to `target`; returns the seconds written.

    Packets of 20 ms are copied as they are, without decoding, so that a long call costs no processor time: the cut falls on the first
    packet that begins at or after `from_s`. Raises `av.FFmpegError` for a file that is no recording.
    """
    with av.open(str(source)) as recording, av.open(str(target), mode="w", format="ogg") as kept:
        track = recording.streams.audio[0]
        copy = kept.add_stream_from_template(track)
        first: int | None = None
        last = 0
        for packet in recording.demux(track):
            if packet.pts is None or packet.time_base is None or packet.pts * packet.time_base < from_s:
                continue
            first = packet.pts if first is None else first
            last = packet.pts + (packet.duration or 0)
            packet.pts, packet.dts, packet.stream = packet.pts - first, packet.pts - first, copy
            kept.mux(packet)
        base = track.time_base
    return 0.0 if first is None or base is None else float((last - first) * base)
