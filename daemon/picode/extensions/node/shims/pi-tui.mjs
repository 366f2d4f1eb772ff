// As much of pi's terminal as makes lines of text: PiCode draws them itself.
const WIDE = /\x1b\[[0-9;]*m/g;

export function visibleWidth(text) {
	return [...text.replace(WIDE, "")].length;
}

export function truncateToWidth(text, width, end = "…") {
	const bare = [...text.replace(WIDE, "")];
	return bare.length <= width ? text : bare.slice(0, Math.max(0, width - end.length)).join("") + end;
}

export function wrapTextWithAnsi(text) {
	return text.split("\n");
}

export function matchesKey(data, key) {
	return data === key;
}

const MODIFIERS = /^(ctrl|alt|shift|super)(Ctrl|Alt|Shift|Super)*$/;

export const Key = new Proxy({}, {
	get(_, name) {
		if (!MODIFIERS.test(String(name))) return String(name).toLowerCase();
		const held = String(name).replace(/([A-Z])/g, "+$1").toLowerCase();
		return (key) => `${held}+${key}`;
	},
});

export class Text {
	constructor(text = "") {
		this.text = text;
	}
	setText(text) {
		this.text = text;
	}
	render() {
		return this.text.split("\n");
	}
	invalidate() {}
}

export class Markdown extends Text {}
export class TruncatedText extends Text {}

export class Spacer {
	constructor(lines = 1) {
		this.lines = lines;
	}
	render() {
		return Array(this.lines).fill("");
	}
	invalidate() {}
}

export class Container {
	children = [];
	addChild(child) {
		this.children.push(child);
	}
	removeChild(child) {
		this.children = this.children.filter((one) => one !== child);
	}
	clear() {
		this.children = [];
	}
	render(width) {
		return this.children.flatMap((child) => child.render(width));
	}
	invalidate() {}
}

export class Box extends Container {}
