// The page: everything that is shown comes from the channel, and is written as text, never as HTML.
// oxlint-disable-next-line import/no-absolute-path -- an address of the server's, which has it from npm
import { Presence, Socket, watchPage } from "/client.js";

const byId = (id) => document.getElementById(id);
const [status, lines, present, problem] = ["status", "lines", "present", "problem"].map(byId);
/** Lines that stay on the page. */
const MAX_LINES = 200;

const STATES = {
  idle: "Not connected",
  connecting: "Connecting…",
  open: "Connected",
  closing: "Closing…",
  waiting: "Connecting again…",
  ended: "Not connected",
};

const socket = new Socket("/socket");
watchPage(socket);
socket.onState(({ type }) => {
  status.textContent = STATES[type];
  status.dataset.state = type;
});

byId("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  void comeIn(byId("name").value);
});

async function comeIn(wanted) {
  void socket.connect();
  const room = socket.channel("room:lobby", { name: wanted });
  const presence = new Presence(room);
  presence.onSync(() => showPresent(presence));
  presence.onJoin(
    (name, before) => before === undefined && presence.synced && news(`${name} is here`),
  );
  presence.onLeave((name, { metas }) => metas.length === 0 && news(`${name} has left`));

  const { name, history } = await room.join();
  for (const said of history) showLine(said, name);
  room.on("said", (said) => showLine(said, name));

  byId("enter").hidden = true;
  byId("room").hidden = byId("people").hidden = false;
  byId("text").focus();
  byId("say").addEventListener("submit", (event) => {
    event.preventDefault();
    void say(room, byId("text"));
  });
}

async function say(room, field) {
  const text = field.value;
  field.value = "";
  problem.textContent = "";
  try {
    await room.push("say", { text });
  } catch (error) {
    // What was not said is given back, with why.
    field.value = text;
    problem.textContent = `Not sent (${error.code}). Try again.`;
  }
}

function showPresent(presence) {
  present.replaceChildren(
    ...presence.list().map(({ key }) => {
      const item = document.createElement("li");
      item.dataset.initial = [...key][0].toUpperCase();
      item.textContent = key;
      return item;
    }),
  );
}

function showLine({ name, text, at }, self) {
  const time = element("time", new Date(at).toLocaleTimeString([], { timeStyle: "short" }));
  time.dateTime = new Date(at).toISOString();
  const head = document.createElement("p");
  head.append(element("span", name, "who"), time);
  add([head, element("p", text)], name === self ? "own" : "");
}

function news(text) {
  add([text], "news");
}

/** Keeps the end in view for whoever is reading there. */
function add(parts, className) {
  const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
  const item = document.createElement("li");
  item.className = className;
  item.append(...parts);
  lines.append(item);
  while (lines.children.length > MAX_LINES) lines.firstChild.remove();
  if (atEnd) lines.scrollTop = lines.scrollHeight;
}

function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}
