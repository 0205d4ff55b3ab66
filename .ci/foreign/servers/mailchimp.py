"""Mailchimp's Marketing API 3.0, as its reference describes it: the few lists that are read here, with made-up people in them.

Times are stored to the second and shown with an offset (`+00:00`); `offset` and `count` page, `since_..` and `before_..` choose,
`sort_field` and `sort_dir` sort, and every list says how many items there are (`total_items`).
"""
import base64
import datetime
import hashlib

import serving

KEY = 'us1'
DAY = 86400
# 2026-01-05T09:00:00Z
FIRST = 1767603600


def time(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat()


def digest(text):
    return hashlib.md5(text.encode()).hexdigest()


LISTS = [{
    'id': identity, 'web_id': 1000 + n, 'name': name,
    'contact': {'company': 'Example', 'address1': '1 Main St', 'address2': '', 'city': 'Paris', 'state': '', 'zip': '75001',
                'country': 'FR', 'phone': ''},
    'permission_reminder': 'You signed up on our site.', 'use_archive_bar': True,
    'campaign_defaults': {'from_name': 'Example', 'from_email': 'news@example.com', 'subject': '', 'language': 'en'},
    'notify_on_subscribe': '', 'notify_on_unsubscribe': '', 'date_created': time(FIRST + n * DAY), 'list_rating': 0,
    'email_type_option': False, 'subscribe_url_short': f'http://eepurl.com/{identity}',
    'subscribe_url_long': f'https://example.us1.list-manage.com/subscribe?u=1&id={identity}',
    'beamer_address': f'us1-{identity}@inbound.mailchimp.com', 'visibility': 'prv', 'double_optin': False,
    'has_welcome': False, 'marketing_permissions': False, 'modules': [],
    'stats': {'member_count': members, 'total_contacts': members, 'unsubscribe_count': 2, 'cleaned_count': 0,
              'member_count_since_send': 0, 'unsubscribe_count_since_send': 0, 'cleaned_count_since_send': 0,
              'campaign_count': 3, 'campaign_last_sent': '', 'merge_field_count': 2, 'avg_sub_rate': 0, 'avg_unsub_rate': 0,
              'target_sub_rate': 0, 'open_rate': 37.5, 'click_rate': 12.25, 'last_sub_date': time(FIRST + 40 * DAY),
              'last_unsub_date': ''},
    '_links': [{'rel': 'self', 'href': f'https://us1.api.mailchimp.com/3.0/lists/{identity}', 'method': 'GET'}],
} for n, (identity, name, members) in enumerate([('a1b2c3d4e5', 'News', 1250), ('f6a7b8c9d0', 'Søn & Zoë', 40)])]


def member(of, n):
    email = f'reader{n}.{of}@example.com'
    return {
        'id': digest(email), 'email_address': email, 'unique_email_id': digest(email)[:10], 'contact_id': digest('c' + email),
        'full_name': f'Reader {n}', 'web_id': 500000 + n, 'email_type': 'html', 'status': 'unsubscribed' if n % 50 == 3 else 'subscribed',
        'consents_to_one_to_one_messaging': True, 'sms_phone_number': '', 'sms_subscription_status': '',
        'sms_subscription_last_updated': '', 'merge_fields': {'FNAME': 'Reader', 'LNAME': str(n)},
        'interests': {'9143cf3bd1': n % 2 == 0},
        'stats': {'avg_open_rate': 0.5, 'avg_click_rate': 0.25, 'ecommerce_data': {'total_revenue': 10.5, 'number_of_orders': 1, 'currency_code': 'EUR'}},
        'ip_signup': '', 'timestamp_signup': '', 'ip_opt': '192.0.2.1', 'timestamp_opt': time(FIRST + n * 600), 'member_rating': 2 + n % 3,
        'last_changed': time(FIRST + n * 3600), 'language': 'en', 'vip': False, 'email_client': 'Gmail',
        'location': {'latitude': 48.85, 'longitude': 2.35, 'gmtoff': 1, 'dstoff': 2, 'country_code': 'FR', 'timezone': 'Europe/Paris', 'region': 'IDF'},
        'source': 'API - Generic', 'tags_count': 1, 'tags': [{'id': 11, 'name': 'early'}], 'list_id': of,
        '_links': [{'rel': 'self', 'href': f'https://us1.api.mailchimp.com/3.0/lists/{of}/members/{digest(email)}', 'method': 'GET'}],
    }


MEMBERS = {one['id']: [member(one['id'], n) for n in range(one['stats']['member_count'])] for one in LISTS}

CAMPAIGNS = [{
    'id': f'42694e9e{n:02}', 'web_id': 7000 + n, 'type': 'regular', 'create_time': time(FIRST + n * 3 * DAY),
    'archive_url': f'http://eepurl.com/c{n}', 'long_archive_url': f'https://mailchi.mp/example/c{n}', 'status': 'sent', 'emails_sent': 1250,
    'send_time': time(FIRST + n * 3 * DAY + 7200), 'content_type': 'template', 'needs_block_refresh': False, 'resendable': True,
    'recipients': {'list_id': LISTS[0]['id'], 'list_is_active': True, 'list_name': 'News', 'segment_text': '', 'recipient_count': 1250},
    'settings': {'subject_line': f'Issue {n}', 'preview_text': '', 'title': f'Issue {n}', 'from_name': 'Example', 'reply_to': 'news@example.com',
                 'use_conversation': False, 'to_name': '*|FNAME|*', 'folder_id': '', 'authenticate': True, 'auto_footer': False,
                 'inline_css': False, 'auto_tweet': False, 'fb_comments': True, 'timewarp': False, 'template_id': 2000 + n, 'drag_and_drop': True},
    'tracking': {'opens': True, 'html_clicks': True, 'text_clicks': False, 'goal_tracking': False, 'ecomm360': False, 'google_analytics': '',
                 'clicktale': ''},
    'report_summary': {'opens': 500, 'unique_opens': 400, 'open_rate': 0.32, 'clicks': 90, 'subscriber_clicks': 80, 'click_rate': 0.064,
                       'ecommerce': {'total_orders': 0, 'total_spent': 0, 'total_revenue': 0}},
    'delivery_status': {'enabled': False},
    '_links': [{'rel': 'self', 'href': f'https://us1.api.mailchimp.com/3.0/campaigns/42694e9e{n:02}', 'method': 'GET'}],
} for n in range(3)]

ACTIVITY = {campaign['id']: [{
    'campaign_id': campaign['id'], 'list_id': LISTS[0]['id'], 'list_is_active': True, 'email_id': one['id'], 'email_address': one['email_address'],
    'activity': [{'action': action, 'timestamp': time(FIRST + place * 3 * DAY + 9000 + n * 60 + step * 30), 'ip': '192.0.2.7',
                  **({'url': 'https://example.com/'} if action == 'click' else {})}
                 for step, action in enumerate(['open', 'click'][:1 + n % 2])],
} for n, one in enumerate(MEMBERS[LISTS[0]['id']][:30])] for place, campaign in enumerate(CAMPAIGNS)}

TAGS = {one['id']: [{'id': 11 + 10 * place + n, 'name': name} for n, name in enumerate(['early', 'press', 'VIP'])] for place, one in enumerate(LISTS)}


def rightly(respond):
    """Only with a key: as a password of whatever user, or as a token."""
    def answer(request):
        scheme, _, credentials = request.headers.get('authorization', '').partition(' ')
        key = base64.b64decode(credentials).decode().partition(':')[2] if scheme == 'Basic' else credentials
        if not key.endswith('-' + KEY):
            return 401, problem(401, 'API Key Invalid', 'Your API key may be invalid, or you\'ve attempted to access the wrong datacenter.')
        return respond(request)

    return answer


def problem(status, title, detail):
    return {'type': 'https://mailchimp.com/developer/marketing/docs/errors/', 'title': title, 'status': status, 'detail': detail,
            'instance': '995c5cb0-3280-4a6e-808b-3b096d0bb219'}


def page(request, name, items, **more):
    items = list(items)
    for parameter, value in request.query.items():
        bound, _, field = parameter.partition('_')
        value = value.replace('Z', '+00:00')
        # Both are written the same way to the second, and then in UTC.
        if field and bound == 'since':
            items = [one for one in items if one[field][:19] > value[:19]]
        elif field and bound == 'before':
            items = [one for one in items if one[field][:19] < value[:19]]
    field = request.query.get('sort_field')
    if field:
        items.sort(key=lambda one: one[field], reverse=request.query.get('sort_dir', 'ASC') == 'DESC')
    offset = request.number('offset', 0)
    hidden = [path.split('.')[1] for path in request.query.get('exclude_fields', '').split(',') if path.startswith(name + '.')]
    chosen = [{key: value for key, value in one.items() if key not in hidden} for one in items[offset:offset + request.number('count', 10)]]
    return {name: chosen, **more, 'total_items': len(items), '_links': []}


def activity(request):
    since = request.query.get('since', '')[:19]
    emails = [{**one, 'activity': [done for done in one['activity'] if done['timestamp'][:19] > since]} for one in ACTIVITY[request.parts[0]]]
    return page(request, 'emails', emails, campaign_id=request.parts[0])


ROUTES = [
    ('/3.0/campaigns', lambda request: page(request, 'campaigns', CAMPAIGNS)),
    ('/3.0/lists', lambda request: page(request, 'lists', LISTS)),
    ('/3.0/lists/(\\w+)/members', lambda request: page(request, 'members', MEMBERS[request.parts[0]], list_id=request.parts[0])),
    ('/3.0/lists/(\\w+)/tag-search', lambda request: page(request, 'tags', TAGS[request.parts[0]])),
    ('/3.0/reports/(\\w+)/email-activity', activity),
]

serving.serve([(path, rightly(respond)) for path, respond in ROUTES], problem(404, 'Resource Not Found', 'The requested resource could not be found.'))
