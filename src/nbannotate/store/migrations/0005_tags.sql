-- The tags of a recipe may have attributes: each is an object with a name now, no longer a name alone.

update data.campaigns set spec = cast(json_merge_patch(cast(spec as json), json_object('recipe', json_object('tags',
  list_transform(from_json(json_extract(spec, '$.recipe.tags'), '["VARCHAR"]'), lambda t: json_object('name', t))
))) as varchar)
where json_array_length(spec, '$.recipe.tags') > 0;
