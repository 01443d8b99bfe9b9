"""The agent worker: holds the conversation of each call and reports it. Imports `sip_config` and nothing else of ours."""

import os

# onnxruntime's telemetry writes a device id at import; only this variable, set before, stops it (facts: stack §1, trap 0).
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
# silero is our VAD; the bundled models would cost every process 108-244 MB for nothing (facts: livekit §2.9).
os.environ.setdefault("LIVEKIT_AGENTS_PRELOAD_LOCAL_INFERENCE", "0")
