"""GitHub's REST API (2022-11-28) and the one GraphQL query that is asked for here, as their references describe them: one made-up
repository with issues, labels, stargazers, branches, commits and releases.

`per_page` and `page` page, and the `Link` header tells of the next one; `since`, `state`, `sort` and `direction` choose and sort issues.
Every answer says what is left of the quota, which never runs out and comes back in an hour.
"""
import base64
import datetime
import hashlib
import json
import struct
import time
import urllib.parse

import serving

API = 'https://api.github.com'
OWNER, NAME = 'acme', 'widgets'
REPOSITORY = f'{API}/repos/{OWNER}/{NAME}'
# 2026-01-05T09:00:00Z
FIRST = 1767603600
HOUR = 3600


def at(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')


def sha(text):
    return hashlib.sha1(str(text).encode()).hexdigest()


def node_id(prefix, number):
    """A msgpack list of the type, the repository and the number, in base64."""
    packed = b'\x93\x00' + b'\xce' + struct.pack('>I', 4711) + b'\xce' + struct.pack('>I', number)
    return prefix + '_' + base64.urlsafe_b64encode(packed).decode().rstrip('=')


def account(login, number, kind='User'):
    url = f'{API}/users/{login}'
    return {'login': login, 'id': number, 'node_id': node_id('U', number), 'avatar_url': f'https://avatars.githubusercontent.com/u/{number}?v=4',
            'gravatar_id': '', 'url': url, 'html_url': f'https://github.com/{login}', 'followers_url': url + '/followers',
            'following_url': url + '/following{/other_user}', 'gists_url': url + '/gists{/gist_id}', 'starred_url': url + '/starred{/owner}{/repo}',
            'subscriptions_url': url + '/subscriptions', 'organizations_url': url + '/orgs', 'repos_url': url + '/repos',
            'events_url': url + '/events{/privacy}', 'received_events_url': url + '/received_events', 'type': kind,
            'user_view_type': 'public', 'site_admin': False}


PEOPLE = [account(login, 100 + n) for n, login in enumerate(['ada', 'brook', 'chen', 'dana'])]
ACME = account(OWNER, 99, 'Organization')

REPO = {
    'id': 4711, 'node_id': node_id('R', 4711), 'name': NAME, 'full_name': f'{OWNER}/{NAME}', 'private': False, 'owner': ACME, 'organization': ACME,
    'html_url': f'https://github.com/{OWNER}/{NAME}', 'description': 'Widgets, großes & kleines', 'fork': False, 'url': REPOSITORY,
    'created_at': at(FIRST), 'updated_at': at(FIRST + 90 * HOUR), 'pushed_at': at(FIRST + 95 * HOUR), 'size': 108, 'stargazers_count': 230,
    'watchers_count': 230, 'language': 'Rust', 'has_issues': True, 'has_projects': False, 'archived': False, 'disabled': False,
    'open_issues_count': 27, 'license': None, 'topics': ['widgets'], 'visibility': 'public', 'forks': 3, 'default_branch': 'main',
    'permissions': {'admin': False, 'maintain': False, 'push': False, 'triage': False, 'pull': True},
}

LABELS = [{'id': 200 + n, 'node_id': node_id('LA', 200 + n), 'url': f'{REPOSITORY}/labels/{name}', 'name': name, 'color': colour,
           'default': n < 2, 'description': None if n == 2 else f'Something of a {name}'}
          for n, (name, colour) in enumerate([('bug', 'd73a4a'), ('question', 'd876e3'), ('won\'t fix', 'ffffff')])]


def reactions(url, thumbs):
    return {'url': url + '/reactions', 'total_count': thumbs, '+1': thumbs, '-1': 0, 'laugh': 0, 'hooray': 0, 'confused': 0, 'heart': 0, 'rocket': 0, 'eyes': 0}


def issue(number):
    url = f'{REPOSITORY}/issues/{number}'
    closed = number % 4 == 0
    return {
        'url': url, 'repository_url': REPOSITORY, 'labels_url': url + '/labels{/name}', 'comments_url': url + '/comments', 'events_url': url + '/events',
        'html_url': f'https://github.com/{OWNER}/{NAME}/issues/{number}', 'id': 300000 + number, 'node_id': node_id('I', 300000 + number),
        'number': number, 'title': f'Widget {number} does not turn', 'user': PEOPLE[number % 4], 'labels': LABELS[:number % 3],
        'state': 'closed' if closed else 'open', 'locked': False, 'assignee': PEOPLE[0] if number % 5 == 0 else None,
        'assignees': [PEOPLE[0]] if number % 5 == 0 else [], 'milestone': None, 'comments': number % 3, 'created_at': at(FIRST + number * HOUR),
        'updated_at': at(FIRST + number * HOUR + 600), 'closed_at': at(FIRST + number * HOUR + 600) if closed else None, 'author_association': 'NONE',
        'active_lock_reason': None, 'body': None if number == 7 else f'It stands still.\r\n\r\n- [ ] turn {number}\n', 'closed_by': PEOPLE[1] if closed else None,
        'reactions': reactions(url, number % 2), 'timeline_url': url + '/timeline', 'performed_via_github_app': None,
        'state_reason': 'completed' if closed else None,
    }


ISSUES = [issue(number) for number in range(1, 37)]
STARS = [{'starred_at': at(FIRST + n * 900), 'user': account(f'star{n}', 5000 + n)} for n in range(230)]


def commit(branch, n):
    made = sha(f'{branch}{n}')
    who = {'name': 'Ada', 'email': 'ada@example.com', 'date': at(FIRST + n * HOUR)}
    return {
        'sha': made, 'node_id': node_id('C', n), 'url': f'{REPOSITORY}/commits/{made}', 'html_url': f'https://github.com/{OWNER}/{NAME}/commit/{made}',
        'comments_url': f'{REPOSITORY}/commits/{made}/comments',
        'commit': {'url': f'{REPOSITORY}/git/commits/{made}', 'author': who, 'committer': who, 'message': f'turn the widget by {n}\n\non {branch}',
                   'tree': {'sha': sha(made), 'url': f'{REPOSITORY}/tree/{sha(made)}'}, 'comment_count': 0,
                   'verification': {'verified': False, 'reason': 'unsigned', 'signature': None, 'payload': None, 'verified_at': None}},
        'author': None if n == 3 else PEOPLE[0], 'committer': PEOPLE[0],
        'parents': [{'sha': sha(f'{branch}{n - 1}'), 'url': f'{REPOSITORY}/commits/{sha(f"{branch}{n - 1}")}',
                     'html_url': f'https://github.com/{OWNER}/{NAME}/commit/{sha(f"{branch}{n - 1}")}'}] if n else [],
    }


COMMITS = {'main': [commit('main', n) for n in range(120)], 'next': [commit('next', n) for n in range(3)]}
BRANCHES = [{'name': name, 'commit': {'sha': made[-1]['sha'], 'url': made[-1]['url']}, 'protected': name == 'main',
             'protection': {'enabled': name == 'main', 'required_status_checks': {'enforcement_level': 'off', 'contexts': [], 'checks': []}},
             'protection_url': f'{REPOSITORY}/branches/{name}/protection'}
            for name, made in COMMITS.items()]

RELEASES = [{
    'node_id': node_id('RE', 800 + n), 'id': 800 + n, 'name': f'Release {n}', 'tag_name': f'v0.{n}.0', 'created_at': at(FIRST + n * 5 * HOUR),
    'published_at': at(FIRST + n * 5 * HOUR + 60), 'updated_at': at(FIRST + n * 5 * HOUR + 60), 'draft': False, 'prerelease': n % 5 == 4, 'body': f'Turns by {n}.',
    'body_html': f'<p>Turns by {n}.</p>', 'html_url': f'https://github.com/{OWNER}/{NAME}/releases/tag/v0.{n}.0',
    'tagCommit': {'target_commitish': COMMITS['main'][n * 5]['sha']},
    'author': {'__typename': 'User', 'node_id': PEOPLE[0]['node_id'], 'id': 100, 'login': 'ada', 'avatar_url': PEOPLE[0]['avatar_url'],
               'html_url': 'https://github.com/ada', 'site_admin': False},
    'assets': {'nodes': [{
        'node_id': node_id('RA', 900 + n), 'name': 'widgets.tar.gz', 'content_type': 'application/gzip', 'size': 10240 + n, 'download_count': n,
        'created_at': at(FIRST + n * 5 * HOUR), 'updated_at': at(FIRST + n * 5 * HOUR),
        'browser_download_url': f'https://github.com/{OWNER}/{NAME}/releases/download/v0.{n}.0/widgets.tar.gz',
        'url': f'https://github.com/{OWNER}/{NAME}/releases/download/v0.{n}.0/widgets.tar.gz', 'uploader': {'__typename': 'User', 'id': 100}}],
        'pageInfo': {'hasNextPage': False}},
    'reaction_groups': [{'content': content, 'reactors': {'totalCount': int(content == 'ROCKET')}}
                        for content in ['THUMBS_UP', 'THUMBS_DOWN', 'LAUGH', 'HOORAY', 'CONFUSED', 'HEART', 'ROCKET', 'EYES']],
    'mentions_connection': {'totalCount': 0},
} for n in range(12)]


def quota():
    return {'limit': 5000, 'used': 1, 'remaining': 4999, 'reset': int(time.time()) + HOUR}


def told(body, status=200, **headers):
    left = quota()
    return status, body, {'X-GitHub-Media-Type': 'github.v3; format=json', 'X-RateLimit-Resource': 'core',
                          **{'X-RateLimit-' + name.capitalize(): str(value) for name, value in left.items()}, **headers}


def rightly(respond):
    def answer(request):
        if not request.headers.get('authorization', '').endswith('0123456789abcdefghijABCDEFGHIJ012345'):
            return told({'message': 'Bad credentials', 'documentation_url': 'https://docs.github.com/rest', 'status': '401'}, 401)
        return respond(request)

    return answer


def page(request, items):
    size, number = min(request.number('per_page', 30), 100), request.number('page', 1)
    pages = max(1, -(-len(items) // size))
    links = [(other, relation) for other, relation in ((number - 1, 'prev'), (number + 1, 'next'), (pages, 'last'), (1, 'first'))
             if 1 <= other <= pages and other != number]
    url = f'{request.base}{request.path}?'
    link = ', '.join(f'<{url}{urllib.parse.urlencode({**request.query, "page": other})}>; rel="{relation}"' for other, relation in links)
    return told(items[(number - 1) * size:number * size], **({'Link': link} if link else {}))


def issues(request):
    state, since = request.query.get('state', 'open'), request.query.get('since', '')
    field = request.query.get('sort', 'created') + '_at'
    chosen = [one for one in ISSUES if state in (one['state'], 'all') and one['updated_at'] >= since]
    return page(request, sorted(chosen, key=lambda one: one[field], reverse=request.query.get('direction', 'desc') == 'desc'))


def commits(request):
    made = COMMITS.get(request.query.get('sha', 'main'), [])
    return page(request, [one for one in reversed(made) if one['commit']['committer']['date'] >= request.query.get('since', '')])


def stargazers(request):
    dated = request.headers.get('accept', '').endswith('star+json')
    return page(request, [star if dated else star['user'] for star in STARS])


def graphql(request):
    variables = json.loads(request.body)['variables']
    if (variables['owner'], variables['name']) != (OWNER, NAME):
        return told({'data': {'repository': None}, 'errors': [{'type': 'NOT_FOUND', 'path': ['repository'], 'message': 'Could not resolve to a Repository.'}]})
    after = int(base64.b64decode(variables['after'])) if variables.get('after') else 0
    end = after + variables['first']
    info = {'hasNextPage': end < len(RELEASES), 'endCursor': base64.b64encode(str(end).encode()).decode()}
    return told({'data': {'repository': {'releases': {'nodes': RELEASES[after:end], 'pageInfo': info}}}})


def rate_limit(request):
    return told({'resources': {'core': quota(), 'search': {**quota(), 'limit': 30}, 'graphql': quota()}, 'rate': quota()})


here = f'/repos/{OWNER}/{NAME}'
ROUTES = [
    ('/rate_limit', rate_limit),
    ('/graphql', graphql),
    (here, lambda request: told(REPO)),
    (here + '/labels', lambda request: page(request, LABELS)),
    (here + '/issues', issues),
    (here + '/stargazers', stargazers),
    (here + '/branches', lambda request: page(request, BRANCHES)),
    (here + '/commits', commits),
]

serving.serve([(path, rightly(respond)) for path, respond in ROUTES],
             {'message': 'Not Found', 'documentation_url': 'https://docs.github.com/rest', 'status': '404'})
