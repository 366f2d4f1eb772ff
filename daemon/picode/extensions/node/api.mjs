// `pi` and `ctx` as pi's extensions know them. What they read at once is what the daemon told last; the session's entries
// are read from its file.
import { spawn } from "node:child_process";
import fs from "node:fs";

export function plain(value) {
	return value === undefined ? undefined : JSON.parse(JSON.stringify(value, (_, part) => (typeof part === "bigint" ? String(part) : part)));
}

function put(map, changed) {
	return (name, value) => {
		map.set(name, value);
		changed();
	};
}

export function makeApi(one, wire, changed) {
	return {
		on(event, handler) {
			if (!one.handlers.has(event)) one.handlers.set(event, []);
			one.handlers.get(event).push(handler);
			changed();
		},
		registerTool: (tool) => put(one.tools, changed)(tool.name, tool),
		registerCommand: put(one.commands, changed),
		registerShortcut: put(one.shortcuts, changed),
		registerFlag: put(one.flags, changed),
		registerMessageRenderer: put(one.renderers, changed),
		registerProvider: put(one.providers, changed),
		unregisterProvider(name) {
			one.providers.delete(name);
			changed();
		},
		getFlag(name) {
			const flag = one.flags.get(name);
			const given = wire.state.flags?.[name];
			if (!flag) return undefined;
			if (given === undefined) return flag.default;
			return flag.type === "boolean" ? true : given;
		},
		sendMessage(message, options = {}) {
			const args = { message, triggerTurn: options.triggerTurn === true, deliverAs: options.deliverAs ?? "steer" };
			wire.tell("sendMessage", plain(args));
		},
		sendUserMessage(content, options = {}) {
			wire.tell("sendUserMessage", plain({ content, deliverAs: options.deliverAs ?? "steer" }));
		},
		appendEntry: (customType, data) => wire.tell("appendEntry", plain({ customType, data })),
		setSessionName(name) {
			wire.state.sessionName = name;
			wire.tell("setSessionName", { name });
		},
		getSessionName: () => wire.state.sessionName || undefined,
		setLabel: (entryId, label) => wire.tell("setLabel", { entryId, label: label ?? "" }),
		exec: (command, args = [], options = {}) => exec(command, args, { cwd: wire.state.cwd, ...options }),
		getActiveTools: () => [...(wire.state.activeTools ?? [])],
		getAllTools: () => [...(wire.state.allTools ?? [])],
		setActiveTools(names) {
			wire.state.activeTools = names;
			wire.tell("setActiveTools", { names });
		},
		getCommands: () => [...(wire.state.commands ?? [])],
		setModel: async (model) => (await wire.call("setModel", { model: `${model.provider}/${model.id}` })) === true,
		getThinkingLevel: () => wire.state.thinkingLevel ?? "off",
		setThinkingLevel: (level) => wire.tell("setThinkingLevel", { level }),
		events: {
			on(name, listener) {
				if (!wire.bus.has(name)) wire.bus.set(name, new Set());
				wire.bus.get(name).add(listener);
				return () => wire.bus.get(name).delete(listener);
			},
			emit(name, data) {
				for (const listener of wire.bus.get(name) ?? []) listener(data);
			},
		},
	};
}

const theme = new Proxy({ name: "plain" }, {
	get: (known, name) => known[name] ?? ((...given) => String(given.at(-1) ?? "")),
});

function makeUi(wire, one) {
	const ask = (method, args, options) => {
		if (!wire.state.hasUI) return Promise.resolve(undefined);
		const timeout = options?.timeout ? { timeout: options.timeout } : {};
		return wire.call(`ui.${method}`, { ...args, ...timeout, extension: one.path }, options?.signal);
	};
	const nothing = () => undefined;
	const ui = {
		theme,
		select: (title, options, more) => ask("select", { title, options }, more),
		confirm: async (title, message, more) => (await ask("confirm", { title, message }, more)) === true,
		input: (title, placeholder, more) => ask("input", { title, placeholder }, more),
		editor: (title, prefill) => ask("editor", { title, prefill }),
		notify: (message, notifyType = "info") => wire.tell("ui.notify", { message: String(message), notifyType }),
		setStatus: (statusKey, statusText) => wire.tell("ui.setStatus", { statusKey, statusText: statusText ?? null }),
		setWidget(widgetKey, content, options) {
			const made = typeof content === "function" ? content({ requestRender: nothing }, theme)?.render?.(80) : content;
			const lines = Array.isArray(made) ? made.map((line) => String(line).replace(/\x1b\[[0-9;]*m/g, "")) : null;
			wire.tell("ui.setWidget", { widgetKey, widgetLines: lines, widgetPlacement: options?.placement ?? "aboveEditor" });
		},
		setTitle: (title) => wire.tell("ui.setTitle", { title }),
		setEditorText: (text) => wire.tell("ui.setEditorText", { text }),
		pasteToEditor: (text) => wire.tell("ui.setEditorText", { text }),
		getEditorText: () => "",
		getAllThemes: () => [],
		setTheme: () => ({ success: false, error: "PiCode's themes are its user's." }),
		getToolsExpanded: () => false,
		custom: async () => undefined,
		onTerminalInput: () => nothing,
	};
	// what only pi's own terminal can draw is left out, and is no error
	return new Proxy(ui, { get: (known, name) => known[name] ?? nothing });
}

const read = { file: "", at: 0, entries: [] };

function entriesOf(state) {
	const file = state.sessionFile;
	if (file !== read.file) Object.assign(read, { file, at: 0, entries: [] });
	if (!file) return [];
	try {
		const all = fs.readFileSync(file);
		const end = all.lastIndexOf(10) + 1;
		for (const line of all.subarray(read.at, end).toString().split("\n")) {
			if (!line) continue;
			try {
				const entry = JSON.parse(line);
				if (entry?.type !== "session") read.entries.push(entry);
			} catch {}
		}
		read.at = end;
	} catch {}
	return [...read.entries];
}

function makeSessionManager(state) {
	const entries = () => entriesOf(state);
	const entry = (id) => entries().find((one) => one.id === id);
	const branch = (from) => {
		const known = new Map(entries().map((one) => [one.id, one]));
		const found = [];
		for (let at = from ?? state.leafId; known.has(at); ) {
			const one = known.get(at);
			known.delete(at);
			found.unshift(one);
			at = one.parentId;
		}
		return found;
	};
	return {
		getEntries: entries,
		getEntry: entry,
		getBranch: branch,
		getLeafId: () => state.leafId || null,
		getLeafEntry: () => entry(state.leafId),
		getSessionId: () => state.sessionId,
		getSessionFile: () => state.sessionFile || undefined,
		getSessionName: () => state.sessionName || undefined,
		getSessionDir: () => (state.sessionFile ?? "").replace(/\/[^/]*$/, ""),
		getCwd: () => state.cwd,
		getHeader: () => ({ type: "session", version: 3, id: state.sessionId, cwd: state.cwd }),
		getLabel: (id) => entries().filter((one) => one.type === "label" && one.targetId === id).at(-1)?.label,
		isPersisted: () => Boolean(state.sessionFile),
	};
}

export function makeContext(wire, one, signal) {
	const state = wire.state;
	const cannot = (what) => async () => {
		wire.tell("ui.notify", { message: `PiCode cannot do ${what} for an extension.`, notifyType: "warning" });
		return { cancelled: true };
	};
	return {
		ui: makeUi(wire, one),
		signal,
		sessionManager: makeSessionManager(state),
		modelRegistry: { getAll: () => [], getAvailable: () => [], find: () => undefined, getApiKey: async () => undefined },
		get hasUI() { return state.hasUI === true; },
		get cwd() { return state.cwd; },
		get model() { return state.model; },
		isIdle: () => state.idle !== false,
		hasPendingMessages: () => Boolean(state.pending),
		getContextUsage: () => state.contextUsage,
		getSystemPrompt: () => state.systemPrompt ?? "",
		abort: () => wire.tell("abort", {}),
		compact: (options = {}) => wire.tell("compact", { customInstructions: options.customInstructions ?? "" }),
		shutdown: () => undefined,
		waitForIdle: () => wire.call("waitForIdle", {}),
		reload: () => wire.call("reload", {}),
		newSession: cannot("newSession"),
		fork: cannot("fork"),
		navigateTree: cannot("navigateTree"),
		switchSession: cannot("switchSession"),
	};
}

function exec(command, args, options) {
	return new Promise((resolve) => {
		const child = spawn(command, args, { cwd: options.cwd, stdio: ["ignore", "pipe", "pipe"], detached: true });
		const texts = { stdout: "", stderr: "" };
		let killed = false;
		const kill = () => {
			killed = true;
			try { process.kill(-child.pid, "SIGKILL"); } catch {}
		};
		const timer = options.timeout ? setTimeout(kill, options.timeout) : undefined;
		options.signal?.addEventListener("abort", kill, { once: true });
		for (const name of ["stdout", "stderr"]) child[name].on("data", (data) => { texts[name] += data; });
		child.on("error", (error) => resolve({ ...texts, stderr: String(error), code: 1, killed }));
		child.on("close", (code) => {
			clearTimeout(timer);
			resolve({ ...texts, code: code ?? 1, killed });
		});
	});
}
