"""Looking at vectors one word at a time: neighbours, analogies, differences between two files, axes."""
