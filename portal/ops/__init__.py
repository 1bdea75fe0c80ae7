"""Running the site: health probes, job screens, the demo."""
