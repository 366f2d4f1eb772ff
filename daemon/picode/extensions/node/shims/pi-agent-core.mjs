// Types alone are imported from it.
