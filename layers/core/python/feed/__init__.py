"""The feed: people follow authors, authors publish, articles reach every follower's inbox."""

VERSION = "0.1.0"
