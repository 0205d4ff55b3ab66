"""PokeAPI v2, as its documentation describes it: one Pokémon, and less of it than there is."""
import serving

HERE = 'https://pokeapi.co/api/v2'


def named(kind, name, number):
    return {'name': name, 'url': f'{HERE}/{kind}/{number}/'}


PIKACHU = {
    'id': 25, 'name': 'pikachu', 'base_experience': 112, 'height': 4, 'is_default': True, 'order': 35, 'weight': 60,
    'abilities': [{'is_hidden': False, 'slot': 1, 'ability': named('ability', 'static', 9)},
                  {'is_hidden': True, 'slot': 3, 'ability': named('ability', 'lightning-rod', 31)}],
    'forms': [named('pokemon-form', 'pikachu', 25)],
    'game_indices': [{'game_index': 84, 'version': named('version', name, n)} for n, name in enumerate(['red', 'blue', 'yellow'], 1)],
    'held_items': [{'item': named('item', 'light-ball', 213), 'version_details': [{'rarity': 5, 'version': named('version', 'diamond', 12)}]}],
    'location_area_encounters': f'{HERE}/pokemon/25/encounters',
    'moves': [{'move': named('move', 'thunder-shock', 84),
               'version_group_details': [{'level_learned_at': 1, 'version_group': named('version-group', 'red-blue', 1), 'order': None,
                                          'move_learn_method': named('move-learn-method', 'level-up', 1)}]}],
    'species': named('pokemon-species', 'pikachu', 25),
    'sprites': {'front_default': 'https://raw.githubusercontent.com/PokeAPI/sprites/master/sprites/pokemon/25.png', 'back_default': None,
                'front_female': None, 'front_shiny': None, 'front_shiny_female': None, 'back_female': None, 'back_shiny': None, 'back_shiny_female': None,
                'other': {'dream_world': {'front_default': None, 'front_female': None}}, 'versions': {}},
    'cries': {'latest': 'https://raw.githubusercontent.com/PokeAPI/cries/main/25.ogg', 'legacy': None},
    'stats': [{'base_stat': base, 'effort': int(name == 'speed') * 2, 'stat': named('stat', name, n)}
              for n, (name, base) in enumerate([('hp', 35), ('attack', 55), ('defense', 40), ('speed', 90)], 1)],
    'types': [{'slot': 1, 'type': named('type', 'electric', 13)}],
    'past_types': [], 'past_abilities': [],
}

serving.serve([('/api/v2/pokemon/(pikachu|25)/?', lambda request: PIKACHU)], 'Not Found')
