(function_definition name: (word) @name) @function
(program (variable_assignment name: (variable_name) @name) @variable)
(program (declaration_command (variable_assignment name: (variable_name) @name) @variable))
(command name: (command_name) @_called . argument: [(word) (string) (raw_string)] @import (#any-of? @_called "source" "."))
