"""The console: what runs on the emulators, as it runs, for a browser on this machine."""
