"""Lists the customers of a localstripe, recorded by vcrpy as if they were Stripe's.

    python with_vcrpy.py URL KEY CASSETTE
"""
import sys

import requests
import vcr

url, key, cassette = sys.argv[1:]


def as_stripe(request):
    request.uri = request.uri.replace(url, 'https://api.stripe.com')
    return request


with vcr.VCR(before_record_request=as_stripe, record_mode='all').use_cassette(cassette), requests.Session() as session:
    session.headers.update({'Authorization': f'Bearer {key}', 'Stripe-Version': '2022-11-15'})
    query = {'limit': 100}
    while True:
        page = session.get(f'{url}/v1/customers', params=query, timeout=30).json()
        if not page['has_more']:
            break
        query['starting_after'] = page['data'][-1]['id']
