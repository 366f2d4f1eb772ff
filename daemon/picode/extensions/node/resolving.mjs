// TypeScript without a build: types are stripped as a file is loaded. What extensions import of pi's is taken from the
// small modules in shims/ where these have all of it, else from an installed pi, else it is said what is missing.
import module from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const shims = path.join(path.dirname(fileURLToPath(import.meta.url)), "shims");
const OURS = [
	[/^(@sinclair\/)?typebox$/, "typebox"],
	[/^@(mariozechner|earendil-works)\/pi-ai$/, "pi-ai"],
	[/^@(mariozechner|earendil-works)\/pi-coding-agent$/, "pi-coding-agent"],
	[/^@(mariozechner|earendil-works)\/pi-tui$/, "pi-tui"],
	[/^@(mariozechner|earendil-works)\/pi-agent-core$/, "pi-agent-core"],
];
const IMPORT = /import\s+(?:[\w$]+\s*,\s*)?(?:\{([^}]*)\}|\*\s+as\s+[\w$]+|[\w$]+)\s*from\s*["']([^"']+)["']/g;
const wanted = new Map();

function stripped(source) {
	try {
		return module.stripTypeScriptTypes(source, { mode: "strip" });
	} catch {
		return module.stripTypeScriptTypes(source, { mode: "transform" });
	}
}

function note(url, source) {
	for (const [, names, from] of source.matchAll(IMPORT)) {
		const listed = (names ?? "").split(",").map((name) => name.trim().split(/\s+as\s+/)[0]).filter(Boolean);
		const key = `${url} ${from}`;
		wanted.set(key, [...(wanted.get(key) ?? []), ...listed]);
	}
}

function installedPi(fs) {
	for (const folder of (process.env.PATH ?? "").split(":")) {
		try {
			return pathToFileURL(fs.realpathSync(path.join(folder, "pi"))).href;
		} catch {}
	}
	return undefined;
}

const exported = new Map();

function exportsOf(fs, shim) {
	if (!exported.has(shim)) {
		const source = fs.readFileSync(path.join(shims, `${shim}.mjs`), "utf8");
		const names = [...source.matchAll(/export\s+(?:async\s+)?(?:const|function|class)\s+([\w$]+)/g)].map((match) => match[1]);
		for (const [, listed] of source.matchAll(/export\s+\{([^}]*)\}/g)) names.push(...listed.split(",").map((name) => name.trim()));
		exported.set(shim, new Set(names));
	}
	return exported.get(shim);
}

export function hooks(fs) {
	const pi = installedPi(fs);

	function ours(specifier, context, next) {
		const shim = OURS.find(([pattern]) => pattern.test(specifier))?.[1];
		// pi's own modules want pi's own modules
		if (!shim || /\/node_modules\/.*\.m?js$/.test(context.parentURL ?? "")) return undefined;
		const missing = (wanted.get(`${context.parentURL} ${specifier}`) ?? []).filter((name) => !exportsOf(fs, shim).has(name));
		if (!missing.length) return { url: pathToFileURL(path.join(shims, `${shim}.mjs`)).href, shortCircuit: true };
		for (const parentURL of [context.parentURL, pi].filter(Boolean)) {
			try {
				return next(specifier, { ...context, parentURL });
			} catch {}
		}
		throw new Error(`PiCode has no ${missing.join(", ")} of ${specifier}, and pi is not installed.`);
	}

	return {
		resolve(specifier, context, next) {
			const found = ours(specifier, context, next);
			if (found) return found;
			if (/^\.{1,2}\//.test(specifier) && context.parentURL?.startsWith("file:")) {
				const base = path.resolve(path.dirname(fileURLToPath(context.parentURL)), specifier);
				for (const file of [base, base.replace(/\.js$/, ".ts"), `${base}.ts`, `${base}.js`, `${base}/index.ts`, `${base}/index.js`]) {
					if (fs.existsSync(file) && fs.statSync(file).isFile()) return { url: pathToFileURL(file).href, shortCircuit: true };
				}
			}
			return next(specifier, context);
		},
		load(url, context, next) {
			if (!url.startsWith("file:") || /\/node_modules\/.*\.m?js$/.test(url)) return next(url, context);
			const file = fileURLToPath(url);
			if (!/\.m?(ts|js)$/.test(file) || file.startsWith(shims)) return next(url, context);
			let source = fs.readFileSync(file, "utf8");
			if (/\.m?ts$/.test(file)) source = stripped(source);
			note(url, source);
			if (!/\.m?ts$/.test(file) && !/^\s*(import|export)\b/m.test(source)) return next(url, context);
			return { format: "module", source, shortCircuit: true };
		},
	};
}
