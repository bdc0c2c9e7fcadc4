"""Stores keep facts. They know no rule of the service: what a job looks like at an instant is the core's business."""
