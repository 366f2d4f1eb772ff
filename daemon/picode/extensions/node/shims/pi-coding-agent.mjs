// What extensions use of pi itself, beside its types.
import os from "node:os";
import path from "node:path";

export const VERSION = "0.73.1";
export const DEFAULT_MAX_LINES = 2000;
export const DEFAULT_MAX_BYTES = 50 * 1024;
export const CONFIG_DIR_NAME = ".pi";

export function defineTool(tool) {
	return tool;
}

export function getAgentDir() {
	return process.env.PI_CODING_AGENT_DIR ?? path.join(os.homedir(), ".pi", "agent");
}

export function isToolCallEventType(name, event) {
	return event.toolName === name;
}

const isResultOf = (name) => (event) => event.toolName === name;
const isBashToolResult = isResultOf("bash");
const isReadToolResult = isResultOf("read");
const isEditToolResult = isResultOf("edit");
const isWriteToolResult = isResultOf("write");
const isGrepToolResult = isResultOf("grep");
const isFindToolResult = isResultOf("find");
const isLsToolResult = isResultOf("ls");

export function formatSize(bytes) {
	if (bytes < 1024) return `${bytes}B`;
	return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)}KB` : `${(bytes / 1024 / 1024).toFixed(1)}MB`;
}

function truncated(content, options, tail) {
	const lines = content.split("\n");
	const most = options.maxLines ?? DEFAULT_MAX_LINES;
	const room = options.maxBytes ?? DEFAULT_MAX_BYTES;
	const kept = [];
	let size = 0;
	for (const line of tail ? [...lines].reverse() : lines) {
		size += Buffer.byteLength(line) + 1;
		if (kept.length >= most || size > room) break;
		kept.push(line);
	}
	if (tail) kept.reverse();
	const text = kept.join("\n");
	return {
		content: text, truncated: kept.length < lines.length, truncatedBy: kept.length >= most ? "lines" : "bytes",
		totalLines: lines.length, totalBytes: Buffer.byteLength(content), outputLines: kept.length,
		outputBytes: Buffer.byteLength(text), maxLines: most, maxBytes: room,
	};
}

export function truncateHead(content, options = {}) {
	return truncated(content, options, false);
}

export function truncateTail(content, options = {}) {
	return truncated(content, options, true);
}

const queues = new Map();

export async function withFileMutationQueue(file, work) {
	const before = queues.get(file) ?? Promise.resolve();
	const now = before.then(work, work);
	queues.set(file, now.catch(() => {}));
	return now;
}

export { isBashToolResult, isEditToolResult, isFindToolResult, isGrepToolResult, isLsToolResult, isReadToolResult, isWriteToolResult };
