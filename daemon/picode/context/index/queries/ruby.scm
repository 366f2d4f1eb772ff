(method name: (_) @name) @method
(singleton_method name: (_) @name) @method
(class name: (_) @name) @class
(module name: (_) @name) @module
(program (assignment left: (constant) @name) @constant)
(call method: (identifier) @_called arguments: (argument_list . (string (string_content) @import)) (#any-of? @_called "require" "require_relative" "load"))
