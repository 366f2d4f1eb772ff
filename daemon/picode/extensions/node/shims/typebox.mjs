// As much of TypeBox as tools' parameters are written with: each type is its JSON Schema.
const OPTIONAL = Symbol("optional");

export const Type = {
	Object(properties = {}, options = {}) {
		const required = Object.keys(properties).filter((name) => !properties[name][OPTIONAL]);
		return { type: "object", properties, ...(required.length ? { required } : {}), ...options };
	},
	Optional: (schema) => Object.defineProperty({ ...schema }, OPTIONAL, { value: true }),
	String: (options = {}) => ({ type: "string", ...options }),
	Number: (options = {}) => ({ type: "number", ...options }),
	Integer: (options = {}) => ({ type: "integer", ...options }),
	Boolean: (options = {}) => ({ type: "boolean", ...options }),
	Null: (options = {}) => ({ type: "null", ...options }),
	Any: (options = {}) => ({ ...options }),
	Unknown: (options = {}) => ({ ...options }),
	Array: (items, options = {}) => ({ type: "array", items, ...options }),
	Tuple: (items, options = {}) => ({ type: "array", items, minItems: items.length, maxItems: items.length, ...options }),
	Literal: (value, options = {}) => ({ const: value, type: typeof value, ...options }),
	Union: (schemas, options = {}) => ({ anyOf: schemas, ...options }),
	Intersect: (schemas, options = {}) => ({ allOf: schemas, ...options }),
	Enum: (values, options = {}) => ({ enum: Object.values(values), ...options }),
	Record: (_, value, options = {}) => ({ type: "object", additionalProperties: value, ...options }),
	Partial: (schema) => ({ ...schema, required: undefined }),
	Unsafe: (schema) => schema,
};
export default Type;
