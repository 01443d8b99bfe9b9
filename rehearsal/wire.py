"""The psrpc envelope and the SIP service's messages, built from tables (facts/carrier §1, §2).

The `rpc` and `internal` packages are in no wheel. A private descriptor pool avoids both protoc and a clash with a later wheel
that might bring them. Fields that the carrier does not use may be left out: protobuf skips what it does not know.
"""

import re
from typing import Any

from google.protobuf import any_pb2, duration_pb2, empty_pb2
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

_TYPES = {
    "string": FieldDescriptorProto.TYPE_STRING,
    "bytes": FieldDescriptorProto.TYPE_BYTES,
    "bool": FieldDescriptorProto.TYPE_BOOL,
    "int32": FieldDescriptorProto.TYPE_INT32,
    "int64": FieldDescriptorProto.TYPE_INT64,
    "float": FieldDescriptorProto.TYPE_FLOAT,
}

INTERNAL = {
    "Msg": "1 type_url string, 2 value bytes, 3 channel string",
    "Request": "1 request_id string, 2 client_id string, 3 sent_at int64, 4 expiry int64, 5 multi bool, 6 request Any, 7 metadata map, "
    "8 raw_request bytes",
    "Response": "1 request_id string, 2 server_id string, 3 sent_at int64, 4 response Any, 5 error string, 6 code string, "
    "7 raw_response bytes, 8 error_details Any*",
    "ClaimRequest": "1 request_id string, 2 server_id string, 3 affinity float",
    "ClaimResponse": "1 request_id string, 2 server_id string",
}

RPC = {
    "InternalCreateSIPParticipantRequest": "2 address string, 3 number string, 4 call_to string, 5 username string, 6 password string, "
    "7 room_name string, 8 participant_identity string, 9 token string, 10 ws_url string, 11 dtmf string, 12 play_dialtone bool, "
    "13 sip_call_id string, 14 participant_name string, 15 participant_metadata string, 16 transport int32, 17 participant_attributes map, "
    "18 project_id string, 19 sip_trunk_id string, 20 hostname string, 21 headers map, 22 headers_to_attributes map, "
    "23 ringing_timeout Duration, 24 max_call_duration Duration, 25 enabled_features int32*, 26 attributes_to_headers map, "
    "27 include_headers int32, 28 media_encryption int32, 29 wait_until_answered bool, 30 destination_country string, "
    "31 display_name string, 33 feature_flags map",
    "InternalCreateSIPParticipantResponse": "1 participant_id string, 2 participant_identity string, 3 sip_call_id string",
    "InternalTransferSIPParticipantRequest": "1 sip_call_id string, 2 transfer_to string, 3 play_dialtone bool, 4 headers map, "
    "5 ringing_timeout Duration, 6 feature_flags map",
}

_IMPORTED = {"Any": any_pb2, "Duration": duration_pb2}
_COLUMN = re.compile(r"^(\d+) (\w+) (\w+)(\*?)$")


def _message(package: str, name: str, table: str) -> DescriptorProto:
    message = DescriptorProto(name=name)
    for column in table.split(", "):
        parts = _COLUMN.match(column)
        assert parts, column
        number, field, kind, repeated = parts.groups()
        added = message.field.add(name=field, number=int(number), label=FieldDescriptorProto.LABEL_OPTIONAL)
        if repeated or kind == "map":
            added.label = FieldDescriptorProto.LABEL_REPEATED
        if kind in _TYPES:
            added.type = _TYPES[kind]
            continue
        added.type = FieldDescriptorProto.TYPE_MESSAGE
        added.type_name = f".google.protobuf.{kind}" if kind in _IMPORTED else _map_entry(package, message, field)
    return message


def _map_entry(package: str, message: DescriptorProto, field: str) -> str:
    entry = message.nested_type.add(name="".join(part.capitalize() for part in field.split("_")) + "Entry")
    entry.options.map_entry = True
    for number, name in ((1, "key"), (2, "value")):
        entry.field.add(name=name, number=number, label=FieldDescriptorProto.LABEL_OPTIONAL, type=FieldDescriptorProto.TYPE_STRING)
    return f".{package}.{message.name}.{entry.name}"


def _build() -> dict[str, type[Any]]:
    pool, classes = DescriptorPool(), {}
    for module in (any_pb2, duration_pb2, empty_pb2):
        pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
    for package, tables in (("internal", INTERNAL), ("rpc", RPC)):
        file = FileDescriptorProto(name=f"callwright/{package}.proto", package=package, syntax="proto3")
        file.dependency.extend(module.DESCRIPTOR.name for module in _IMPORTED.values())
        file.message_type.extend(_message(package, name, table) for name, table in tables.items())
        pool.Add(file)
        for name in tables:
            classes[name] = GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}"))
    return classes


MESSAGES = _build()
Msg, Request, Response = MESSAGES["Msg"], MESSAGES["Request"], MESSAGES["Response"]
ClaimRequest, ClaimResponse = MESSAGES["ClaimRequest"], MESSAGES["ClaimResponse"]
CreateRequest = MESSAGES["InternalCreateSIPParticipantRequest"]
CreateResponse = MESSAGES["InternalCreateSIPParticipantResponse"]
TransferRequest = MESSAGES["InternalTransferSIPParticipantRequest"]


def wrap(message: Any) -> bytes:
    """`message` in the envelope that travels through Redis."""
    return Msg(type_url=f"type.googleapis.com/{message.DESCRIPTOR.full_name}", value=message.SerializeToString()).SerializeToString()


def unwrap(kind: type[Any], payload: bytes) -> Any:
    """The message of class `kind` in an envelope. Raises `google.protobuf.message.DecodeError`."""
    return kind.FromString(Msg.FromString(payload).value)
