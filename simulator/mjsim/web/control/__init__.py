"""The control API: thin handlers over what a rehearsal may do, described by `openapi/control.yaml`."""
