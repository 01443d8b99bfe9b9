"""First steps in Python: a list, a contact on it, and who must not be called. Needs CALLWRIGHT_API_URL and CALLWRIGHT_API_KEY.

Put clients/python/callwright_client.py beside it, or on PYTHONPATH.
"""

import os

from callwright_client import Callwright, CallwrightError

with Callwright(os.environ["CALLWRIGHT_API_URL"], os.environ["CALLWRIGHT_API_KEY"]) as api:
    people = api.post_contact_lists({"name": "First steps in Python"})
    api.post_contacts({"name": "Ada Lovelace", "phones": [{"e164": "+12025550152"}], "contact_list_ids": [people["id"]]})
    for contact in api.pages(api.get_contacts, contact_list_id=people["id"]):
        print(contact["name"], contact["phones"][0]["e164"])
    print("suppressed:", api.get_suppressions_check(e164="+12025550152")["is_suppressed"])
    try:
        api.post_contacts({"phones": [{"e164": "12"}]})
    except CallwrightError as refused:
        print(refused.status, refused.code)
