// What extensions use of pi-ai without asking a model.
import { Type } from "./typebox.mjs";

function StringEnum(values, options = {}) {
	return { type: "string", enum: [...values], ...options };
}

export { StringEnum, Type };
