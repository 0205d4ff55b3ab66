"""Fills a localstripe with the same data on every run, over HTTP alone: 250 customers and some of everything else.

    python seed.py URL
"""
import base64
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

API = sys.argv[1]
KEY = 'Basic ' + base64.b64encode(b'sk_test_seed:').decode()


def create(path, **fields):
    request = urllib.request.Request(f'{API}/v1/{path}', urllib.parse.urlencode(fields).encode(), {'Authorization': KEY})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)['id']
    except urllib.error.HTTPError as error:
        sys.exit(f'failed to create {path} of {fields}: {error.code} {error.read().decode()}')


customers = [create('customers', name=f'Customer {n:03}', email=f'customer{n:03}@example.com', phone=f'+1555000{n:04}',
                    description='Zoë & Søn, 株式会社' if n % 50 == 0 else f'number {n}',
                    **{'metadata[n]': n, 'address[city]': 'Paris', 'address[country]': 'FR'})
             for n in range(250)]
plans = []
for name, amount in (('basic', 900), ('pro', 2900), ('enterprise', 9900)):
    product = create('products', id=f'prod_{name}', name=name, type='service')
    for interval, months in (('month', 1), ('year', 10)):
        plans.append(create('plans', id=f'plan_{product}_{interval}', product=product, amount=amount * months, currency='eur',
                            interval=interval))
create('coupons', id='FREE10', duration='once', percent_off=10)
create('tax_rates', display_name='VAT', percentage=20, inclusive='false')
for n, customer in enumerate(customers[:12]):
    card = {'object': 'card', 'number': '4242424242424242', 'exp_month': '12', 'exp_year': '2035', 'cvc': '123'}
    create(f'customers/{customer}/sources', **{f'source[{field}]': value for field, value in card.items()})
    charge = create('charges', amount=1000 + n, currency='eur', customer=customer, description=f'order {n}')
    if n % 4 == 0:
        create('refunds', charge=charge, amount=500)
for customer, plan in zip(customers, plans):
    create('subscriptions', customer=customer, **{'items[0][plan]': plan})
for n, customer in enumerate(customers[6:9]):
    create('invoiceitems', customer=customer, amount=100 * (n + 1), currency='eur', description=f'extra {n}')
create('payouts', amount=5000, currency='eur', description='payout')
