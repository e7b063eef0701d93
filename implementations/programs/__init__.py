"""Other people's programs as part of a trainer: started, watched, ended, and their vectors read."""
