"""Pages as prose: articles, expressions, sections and the data files beside them."""
