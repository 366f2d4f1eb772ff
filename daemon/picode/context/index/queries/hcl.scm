(block (identifier) @_type . (string_lit) . (string_lit (template_literal) @name) . (block_start)) @block
(block (identifier) @_type . (string_lit (template_literal) @name) . (block_start)) @block
(config_file (body (attribute (identifier) @name) @key))
(block (identifier) @name . (block_start)) @block
(block (identifier) @_type (body (attribute (identifier) @_key (expression (literal_value (string_lit (template_literal) @import))))) (#eq? @_type "module") (#eq? @_key "source"))
