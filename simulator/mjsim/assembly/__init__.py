"""What a simulator serves beside the published API: each part is put together here once somebody asks for it."""
