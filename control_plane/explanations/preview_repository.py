"""SQL of previews: everybody whom a campaign would call, some at a time, with all that the gate looks at, and their earlier calls."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import String, Uuid, bindparam, case, cast, column, exists, func, null, select, text
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.calls.gate_rules import OUTSIDE_CAMPAIGNS
from control_plane.campaigns.repository import lacks_any
from control_plane.contacts.dead_number_repository import DeadNumberRepository, dead_number
from control_plane.db.driver import rows_of, sent
from control_plane.db.models import Consent, Contact, Enrollment, Number, Suppression, Trunk
from control_plane.db.models.suppression import FOR_NOW
from control_plane.explanations.alike import Person
from control_plane.explanations.preview_history import Said
from control_plane.rules.places import ADDRESS_KEYS

# Each list is read along its key from where the last chunk ended; whoever stands on several, or is enrolled already, comes once.
_NEXT = """
    select id from (
        select e.contact_id as id from unnest(cast(:lists as uuid[])) as l(list_id)
        cross join lateral (
            select contact_id from contact_list_entry
            where contact_list_id = l.list_id and contact_id > :after order by contact_id limit :most) as e
        union
        select f.contact_id from (
            select contact_id from enrollment where campaign_id = :campaign and contact_id > :after order by contact_id limit :most) as f
        union
        select g.id from (select id from unnest(cast(:also as uuid[])) as a(id) where id > :after order by id limit :most) as g
    ) as u order by id limit :most
"""
# Those who wait for their first call since the campaign has just taken them in.
_NEW = """
    select contact_id as id from enrollment
    where campaign_id = :campaign and contact_id > :after and state = 'waiting' and created_at > clock_timestamp() - interval '15 minutes'
    order by contact_id limit :most
"""
_THESE = "select id from unnest(cast(:also as uuid[])) as a(id) where id > :after order by id limit :most"
# As calls/gate_repository and contacts/consent_repository read them for the gate. Rules count a consent's age in whole days, if at all, so
# that people who were asked on the same day are alike; the aggregates keep the order of what they are made of.
_PHONES = f"""
    select string_agg(e164, ',') as numbers, string_agg(zones, '|') as zones, array_agg((reasons, acts, dead))::text as said, {{others}}
    from (
        select p.e164, array_to_string(p.time_zones, ',') as zones, (everywhere.reason, here.reason) as reasons, {{of_others}},
            array(
                select (c.purpose, c.basis, floor(extract(epoch from :now - c.granted_at) / 86400), c.revoked_at is null) from consent c
                where c.workspace_id = p.workspace_id and c.e164 = p.e164 order by c.granted_at desc, c.id desc limit 100
            ) as acts,
            {dead_number("p")} as dead
        from contact_phone p
        left join lateral (
            select s.reason from suppression s
            where s.workspace_id = p.workspace_id and s.e164 = p.e164 and s.campaign_id is null
            order by s.source = '{FOR_NOW}', s.list_source limit 1
        ) everywhere on true
        left join suppression here on here.campaign_id = :campaign and here.e164 = p.e164
        where p.contact_id = contact.id and p.dead_reason = ''
        order by p.priority, p.e164
    ) as one
"""  # noqa: S608
# As calls/gate_repository and calls/history_repository find them, each on an index of its own, and in one word for each person: there are
# many, and mostly their times say all. So what calls to the person were is asked for where a rule looks at it, and what calls to others on
# the person's numbers were, which are rare, is said with them.
_COUNTS = "c.dialing_at > :since and c.counts_as_attempt is not false"
_MICROS = "(date_part('epoch', c.dialing_at) * 1000000)::bigint"
_CALLED = f"""
    select string_agg({_MICROS}::text, ',' order by c.dialing_at desc) from call c
    where c.contact_id = contact.id and c.workspace_id = contact.workspace_id and {_COUNTS}
"""  # noqa: S608
_PURPOSE = "coalesce((select purpose from campaign where campaign.id = c.campaign_id), :outside)"
_END = "coalesce(c.network_result, '') || '|' || coalesce(c.answered_by, '') || '|' || coalesce(c.outcome, '')"
_WORDS = f"{_MICROS} || '|' || c.to_e164 || '|' || {_PURPOSE} || '|' || {_END}"
_WORDS_OF_OTHERS = f"case when c.contact_id is null then '0|' else '1|' end || {_WORDS}"
_OF_OTHERS = f"""
    (
        select string_agg({_WORDS_OF_OTHERS}, ',') from call c
        where c.workspace_id = p.workspace_id and c.to_e164 = p.e164 and c.contact_id is distinct from p.contact_id and {_COUNTS}
    ) as of_others
"""  # noqa: S608
_PHONES_ALONE = _PHONES.format(others="null as others", of_others="null as of_others")
_PHONES_AND_CALLS = _PHONES.format(others="string_agg(of_others, ',') as others", of_others=_OF_OTHERS)
# What is asked for travels as JSON, which the driver takes as it is.
_SAID = sent(
    f"""
    select c.contact_id, string_agg({_WORDS}, ',' order by c.dialing_at desc, c.id)
    from json_array_elements_text(cast(:contacts as json)) as q(id)
    join call c on c.contact_id = cast(q.id as uuid) and c.workspace_id = :workspace and {_COUNTS}
    group by c.contact_id
    """  # noqa: S608
)
_CALLED_BEFORE = sent(
    f"""
    select c.to_e164, string_agg({_WORDS_OF_OTHERS}, ',')
    from json_array_elements_text(cast(:numbers as json)) as q(e164)
    join call c on c.workspace_id = :workspace and c.to_e164 = q.e164 and {_COUNTS}
    group by c.to_e164
    """  # noqa: S608
)
NOBODY = uuid.UUID(int=0)


class PreviewRepository:
    def __init__(
        self,
        session: AsyncSession,
        campaign_id: uuid.UUID,
        lists: Sequence[uuid.UUID],
        variables: Sequence[str],
        now: datetime,
        *,
        also: Sequence[uuid.UUID] = (),
        since: datetime | None = None,
    ) -> None:
        """`also`: people beside those of the lists and the enrolled ones. `since`: after which earlier calls matter; None: none does."""
        self._session, self._campaign_id = session, campaign_id
        self._past = {"since": since or now, "outside": OUTSIDE_CAMPAIGNS}
        self._given = {"campaign": campaign_id, "lists": list(lists), "now": now, "also": list(also)}
        self._query = _people(campaign_id, variables, with_calls=True)
        self._newly_enrolled = _people(campaign_id, (), _NEW)

    async def people(self, after: uuid.UUID, most: int) -> list[Person]:
        """Up to `most` people with ids after `after`, in the order of their ids, with their earlier calls."""
        # Plain rows: nothing of the session's mapping is needed, and there are many.
        connection = await self._session.connection()
        rows = await connection.execute(self._query, self._given | self._past | {"after": after, "most": most})
        return [Person._make(row) for row in rows.all()]

    async def newly_enrolled(self, after: uuid.UUID, most: int) -> list[Person]:
        """The same of those whom the campaign has taken in within the last minutes, and who wait."""
        connection = await self._session.connection()
        rows = await connection.execute(self._newly_enrolled, self._given | {"after": after, "most": most})
        return [Person._make(row) for row in rows.all()]

    async def these(self, contact_ids: Sequence[uuid.UUID]) -> list[Person]:
        """The same of these, as they are now."""
        connection = await self._session.connection()
        given = self._given | {"also": list(contact_ids), "after": NOBODY, "most": len(contact_ids)}
        return [Person._make(row) for row in (await connection.execute(_people(self._campaign_id, (), _THESE), given)).all()]

    async def said(self, workspace_id: uuid.UUID, contacts: Sequence[uuid.UUID]) -> Said:
        """What the counting calls to these were."""
        given = {"workspace": workspace_id, "contacts": msgspec.json.encode(contacts).decode()}
        return {of.int: said for of, said in await rows_of(self._session, _SAID, self._past | given)}

    async def called_before(self, workspace_id: uuid.UUID, numbers: Sequence[str]) -> dict[str, str]:
        """The counting calls to the numbers, which are nobody's yet, in the words of `Person.others_called`."""
        given = {"workspace": workspace_id, "numbers": msgspec.json.encode(numbers).decode()}
        return dict(await rows_of(self._session, _CALLED_BEFORE, self._past | given))

    async def spoken_of(self, workspace_id: uuid.UUID, numbers: Sequence[str]) -> set[str]:
        """Which of the numbers a suppression or a consent names, or are dead."""
        found = [await self._session.scalars(_naming(of, workspace_id, numbers)) for of in (Suppression, Consent)]
        dead = await DeadNumberRepository(self._session, workspace_id).among(numbers)
        return dead | {e164 for some in found for e164 in some if e164 is not None}

    async def has_erased(self, workspace_id: uuid.UUID) -> bool:
        """Whether the workspace has erased anybody, whose number then is suppressed by its hash."""
        query = select(exists().where(Suppression.workspace_id == workspace_id, Suppression.number_hash.is_not(None)))
        return bool(await self._session.scalar(query))

    async def erased(self, workspace_id: uuid.UUID, hashes: Sequence[str]) -> dict[str, str]:
        """The reason of each of the hashes that is suppressed."""
        known = (Suppression.number_hash, Suppression.reason)
        query = select(*known).where(Suppression.workspace_id == workspace_id, Suppression.number_hash.in_(hashes))
        return {number_hash: reason for number_hash, reason in await self._session.execute(query) if number_hash is not None}


def _naming(of: type[Suppression] | type[Consent], workspace_id: uuid.UUID, numbers: Sequence[str]) -> Any:
    return select(of.e164).where(of.workspace_id == workspace_id, of.e164.in_(numbers))


def _people(campaign_id: uuid.UUID, variables: Sequence[str], next_ones: str = _NEXT, *, with_calls: bool = False) -> Any:
    """Columns in the order of `Person`."""
    following = text(next_ones).columns(column("id", Uuid)).bindparams(bindparam("after", type_=Uuid)).cte("following")
    of_phones = (column("numbers", String), column("zones", String), column("said", String), column("others", String))
    phones = text(_PHONES_AND_CALLS if with_calls else _PHONES_ALONE).columns(*of_phones).lateral("phones")
    called = text(_CALLED).columns(column("called", String)).scalar_subquery() if with_calls else null()
    # Of a contact's attributes only an address matters here, and reading all of them would take as long as reading the contacts.
    address = case((Contact.attributes.has_any(array(sorted(ADDRESS_KEYS))), Contact.attributes))
    lacks = func.nullif(func.concat_ws(",", *(case((lacks_any((name,)), name)) for name in variables)), "") if variables else null()
    of_contact = (Contact.id, Contact.name, Contact.time_zone, address, Enrollment.state, Enrollment.due_at)
    quiet = func.nullif(cast(Contact.quiet_times, String), "[]")
    of_phones = (phones.c.numbers, phones.c.zones, phones.c.said)
    of_calls = (called, phones.c.others, Enrollment.attempts)
    query = select(*of_contact, *of_phones, lacks, quiet, Contact.confirmed_zone, *of_calls).select_from(following)
    # The second condition adds nothing, but without it each chunk's merge would read the contacts from their beginning.
    query = query.join(Contact, (Contact.id == following.c.id) & (Contact.id > bindparam("after", type_=Uuid)))
    query = query.outerjoin(Enrollment, (Enrollment.campaign_id == campaign_id) & (Enrollment.contact_id == Contact.id))
    return query.join(phones, text("true")).order_by(Contact.id)


async def callers_among(session: AsyncSession, workspace_id: uuid.UUID, number_ids: Sequence[uuid.UUID]) -> list[tuple[Number, Trunk]]:
    """Those of the numbers that are the workspace's, with their trunks, in the order in which claims take them."""
    query = select(Number, Trunk).join(Trunk, Trunk.id == Number.trunk_id)
    query = query.where(Number.workspace_id == workspace_id, Number.id.in_(number_ids)).order_by(Number.id)
    return [(number, trunk) for number, trunk in await session.execute(query)]
