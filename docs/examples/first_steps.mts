// First steps in TypeScript: a list, a contact on it, and who must not be called. Needs CALLWRIGHT_API_URL and CALLWRIGHT_API_KEY.
// Node 22.18 or later runs it as it is: node first_steps.mts

interface Contact {
  id: string;
  name: string;
  phones: { e164: string }[];
}
interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

const api = `${process.env.CALLWRIGHT_API_URL}/api/v1`;

async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(api + path, {
    method,
    headers: { Authorization: `Bearer ${process.env.CALLWRIGHT_API_KEY}`, "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(`${answer.status} ${said.code}`);
  return said as Answer;
}

const people = await ask<{ id: string }>("POST", "/contact-lists", { name: "First steps in TypeScript" });
await ask("POST", "/contacts", { name: "Ada Lovelace", phones: [{ e164: "+12025550153" }], contact_list_ids: [people.id] });
const page = await ask<Page<Contact>>("GET", `/contacts?contact_list_id=${people.id}`);
for (const contact of page.items) console.log(contact.name, contact.phones[0].e164);
const check = await ask<{ is_suppressed: boolean }>("GET", "/suppressions/check?e164=%2B12025550153");
console.log("suppressed:", check.is_suppressed);
try {
  await ask("POST", "/contacts", { phones: [{ e164: "12" }] });
} catch (refused) {
  console.log((refused as Error).message);
}
