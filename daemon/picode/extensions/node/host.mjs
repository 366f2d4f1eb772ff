// The process that pi's extensions in TypeScript and JavaScript run in: a child of the daemon, which calls their handlers
// over a socket, one JSON object a line. The same messages as in picode/extensions/host.py. It ends with the connection.
import fs from "node:fs";
import module from "node:module";
import net from "node:net";
import { pathToFileURL } from "node:url";
import { makeApi, makeContext, plain } from "./api.mjs";
import { hooks } from "./resolving.mjs";

const CHANGED = new Set(["tool_call", "context"]);
const descriptor = Number(process.env.PICODE_EXTENSIONS_FD);
delete process.env.PICODE_EXTENSIONS_FD;
const socket = new net.Socket({ fd: descriptor, readable: true, writable: true });

const wire = {
	state: {},
	waiting: new Map(),
	number: 0,
	bus: new Map(),
	send(message) {
		socket.write(`${JSON.stringify(message)}\n`);
	},
	tell(method, args) {
		this.send({ type: "call", method, args });
	},
	call(method, args, signal) {
		const id = ++this.number;
		this.send({ type: "call", id, method, args });
		return new Promise((resolve, reject) => {
			this.waiting.set(id, { resolve, reject });
			signal?.addEventListener("abort", () => {
				this.send({ type: "drop", id });
				this.waiting.delete(id);
				resolve(undefined);
			}, { once: true });
		});
	},
};

const all = [];
const running = new Map();
let loaded = false;
let queue = Promise.resolve();

function told(error, path) {
	const stack = error instanceof Error ? (error.stack ?? "") : "";
	const found = stack.split("\n").map((line) => line.match(/(?:file:\/\/)?(\/[^():]+):(\d+):\d+/)).filter(Boolean);
	const own = found.find((match) => decodeURI(match[1]) === path);
	const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
	return { error: text.replace(/\s+/g, " ").trim(), where: own ? `${path}:${own[2]}` : path };
}

function failed(path, event, error) {
	wire.send({ type: "failed", path, event, ...told(error, path) });
}

function registered(one) {
	return {
		path: one.path,
		handlers: Object.fromEntries([...one.handlers].map(([name, list]) => [name, list.length])),
		tools: [...one.tools.values()].map((tool) => plain({
			name: tool.name, description: tool.description ?? "", parameters: tool.parameters, label: tool.label ?? tool.name,
			readOnly: tool.readOnly === true || tool.annotations?.readOnlyHint === true, renders: false,
		})),
		commands: [...one.commands].map(([name, command]) => ({ name, description: command.description ?? "", hint: "" })),
		shortcuts: [...one.shortcuts].map(([key, shortcut]) => ({ key, description: shortcut.description ?? "" })),
		flags: [...one.flags].map(([name, flag]) => ({ name, type: flag.type ?? "boolean", description: flag.description ?? "" })),
		renderers: [...one.renderers.keys()],
		providers: plain(Object.fromEntries(one.providers)),
	};
}

function fresh(path) {
	const one = { path, number: all.length };
	for (const kind of ["handlers", "tools", "commands", "shortcuts", "flags", "renderers", "providers"]) {
		one[kind] = new Map();
	}
	return one;
}

async function load(message) {
	for (const file of message.files) {
		const one = fresh(file);
		all.push(one);
		try {
			if (!module.registerHooks) throw new Error(`Node ${process.version} is too old: 22.15 or newer is needed.`);
			const found = await import(pathToFileURL(file).href);
			const factory = found.default?.default ?? found.default;
			if (typeof factory !== "function") throw new Error("it exports no function as its default");
			await factory(makeApi(one, wire, () => changed(one)));
		} catch (error) {
			Object.assign(one, { ...fresh(file), number: one.number });
			failed(file, "load", error);
		}
	}
	loaded = true;
	wire.send({ type: "result", id: message.id, value: all.map(registered) });
}

function changed(one) {
	if (loaded) wire.send({ type: "registered", extension: one.number, value: registered(one) });
}

const work = {
	async handle(message, one) {
		const event = { ...message.event };
		if (event.type === "session_before_compact" || event.type === "session_before_tree") {
			event.signal = new AbortController().signal;
		}
		const value = await one.handlers.get(event.type)[message.handler](event, makeContext(wire, one));
		return { value: value ?? null, ...(CHANGED.has(event.type) ? { event } : {}) };
	},
	async command(message, one) {
		await one.commands.get(message.name).handler(message.args, makeContext(wire, one));
		return {};
	},
	async shortcut(message, one) {
		await one.shortcuts.get(message.key).handler(makeContext(wire, one));
		return {};
	},
	async render(message, one) {
		const made = one.renderers.get(message.name)(message.message, { expanded: true }, makeContext(wire, one).ui.theme);
		const lines = typeof made === "string" ? [made] : (made?.render?.(100) ?? []);
		return { value: lines.map((line) => line.replace(/\x1b\[[0-9;]*m/g, "").trimEnd()).join("\n") || null };
	},
	async execute(message, one) {
		const abort = new AbortController();
		running.set(message.id, abort);
		const update = (partial) => wire.send({ type: "update", id: message.id, value: plain(partial) });
		const tool = one.tools.get(message.name);
		const args = tool.prepareArguments ? tool.prepareArguments(message.args) : message.args;
		const value = await tool.execute(message.callId, args, abort.signal, update, makeContext(wire, one, abort.signal));
		return { value };
	},
};

async function answered(message) {
	const one = all[message.extension];
	const answer = { type: "result", id: message.id };
	try {
		wire.send({ ...answer, ...plain(await work[message.type](message, one)) });
	} catch (error) {
		wire.send({ ...answer, ...told(error, one.path) });
	} finally {
		running.delete(message.id);
	}
}

async function tell(event) {
	for (const one of all) {
		for (const handler of [...(one.handlers.get(event.type) ?? [])]) {
			try {
				await handler(event, makeContext(wire, one));
			} catch (error) {
				failed(one.path, event.type, error);
			}
		}
	}
}

// one event after the other; a handler that the daemon no longer waits for does not hold up the next one
const letGo = new Map();
function inTurn(message) {
	queue = queue.then(() => {
		if (message.type === "tell") return tell(message.event);
		return Promise.race([answered(message), new Promise((resolve) => letGo.set(message.id, resolve))])
			.finally(() => letGo.delete(message.id));
	});
}

function received(message) {
	switch (message.type) {
		case "state":
			Object.assign(wire.state, message.state);
			break;
		case "answer": {
			const waiting = wire.waiting.get(message.id);
			wire.waiting.delete(message.id);
			if ("error" in message) waiting?.reject(new Error(message.error));
			else waiting?.resolve(message.value ?? undefined);
			break;
		}
		case "ping":
			wire.send({ type: "result", id: message.id, value: true });
			break;
		case "cancel":
			running.get(message.id)?.abort();
			letGo.get(message.id)?.();
			break;
		case "load":
			load(message);
			break;
		case "tell":
		case "handle":
			inTurn(message);
			break;
		default:
			answered(message);
	}
}

process.on("SIGINT", () => {});
process.on("unhandledRejection", (error) => failed(all[0]?.path ?? "", "process", error));
process.on("uncaughtException", (error) => failed(all[0]?.path ?? "", "process", error));
if (module.registerHooks) module.registerHooks(hooks(fs));

let rest = Buffer.alloc(0);
socket.on("data", (data) => {
	rest = rest.length ? Buffer.concat([rest, data]) : data;
	for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
		const line = rest.subarray(0, end);
		rest = rest.subarray(end + 1);
		received(JSON.parse(line.toString()));
	}
});
socket.on("end", () => process.exit(0));
socket.on("error", () => process.exit(0));
