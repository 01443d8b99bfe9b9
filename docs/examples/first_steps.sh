#!/bin/sh
# First steps with curl: a list, a contact on it, and who must not be called. Needs CALLWRIGHT_API_URL and CALLWRIGHT_API_KEY.
set -eu
API="$CALLWRIGHT_API_URL/api/v1"
call() { curl -sS --fail-with-body --noproxy '*' -H "Authorization: Bearer $CALLWRIGHT_API_KEY" -H 'Content-Type: application/json' "$@"; }
id() { sed -n 's/^{"id":"\([^"]*\)".*/\1/p'; }

LIST=$(call "$API/contact-lists" -d '{"name": "First steps with curl"}' | id)
call "$API/contacts" -d "{\"name\": \"Ada Lovelace\", \"phones\": [{\"e164\": \"+12025550151\"}], \"contact_list_ids\": [\"$LIST\"]}" >/dev/null
call "$API/contact-lists/$LIST"
echo
call "$API/suppressions/check?e164=%2B12025550151"
echo
# A refusal is a sentence and a code, as application/problem+json.
call "$API/contacts" -d '{"phones": [{"e164": "12"}]}' || true
echo
