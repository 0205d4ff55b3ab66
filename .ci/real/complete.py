"""What localstripe lacks and Airbyte's connector for Stripe asks for. With this it is no longer a server that we did not write: what
it shows is that the connector is recorded and replayed, not that the harness bears a server as it comes.

- `created[gte]` and the like on every list, `types[]` on events, and what Stripe has and localstripe does not: newest first.
- `expand[]` of fields that are not there has no effect; localstripe answers 400.
- /v1/accounts (the connector's `check` asks for it) and /v1/prices.
- The same ids on every run, and a clock that moves on by an hour with every write.
"""
import operator
import random
import types

from aiohttp import web
from localstripe import resources, server

HOUR = 3600
LISTS = ('BalanceTransaction', 'Charge', 'Coupon', 'Customer', 'Event', 'Invoice', 'InvoiceItem', 'PaymentIntent', 'Payout',
         'Plan', 'Product', 'Refund', 'SetupIntent', 'Subscription', 'TaxRate')
BOUNDS = {'gt': operator.gt, 'gte': operator.ge, 'lt': operator.lt, 'lte': operator.le}


def complete(start):
    """Changes the app of localstripe."""
    random.seed(42)
    keep_time(start)
    for name in LISTS:
        filter_list(getattr(resources, name))
    forgive_expand()
    server.app.router.add_get('/v1/accounts', accounts)
    server.app.router.add_get('/v1/prices', prices)


def keep_time(start):
    now = start

    @web.middleware
    async def move_on(request, handler):
        nonlocal now
        if request.method == 'POST':
            now += HOUR
        return await handler(request)

    server.app.middlewares.append(move_on)
    resources.time = types.SimpleNamespace(time=lambda: now)


def filter_list(resource):
    list_all = resource._api_list_all.__func__

    def filtered(resource, url, created=None, types=None, **others):
        page = list_all(resource, url, **others)
        bounds = [(BOUNDS[name], int(value)) for name, value in (created or {}).items()]
        kinds = [types] if isinstance(types, str) else types
        page._list = [one for one in page._list
                      if all(holds(one.created, value) for holds, value in bounds) and (kinds is None or one.type in kinds)]
        page._list.sort(key=lambda one: one.created, reverse=True)
        return page

    resource._api_list_all = classmethod(filtered)


def forgive_expand():
    export = resources.List._export

    def forgiving(page, expand=None):
        try:
            return export(page, expand=expand)
        except server.UserError:
            return export(page)

    resources.List._export = forgiving


def accounts(request):
    account = {'id': 'acct_1', 'object': 'account', 'country': 'US', 'created': 1767225600, 'email': 'owner@example.com',
               'type': 'standard', 'charges_enabled': True}
    return server.json_response({'object': 'list', 'url': '/v1/accounts', 'has_more': False, 'data': [account]})


def prices(request):
    """The prices of Stripe are what it called plans before."""
    page = resources.Plan._api_list_all('/v1/prices', **server.unflatten_data(request.query))._export()
    page['data'] = [{'id': plan['id'].replace('plan_', 'price_'), 'object': 'price', 'active': plan['active'],
                     'created': plan['created'], 'currency': plan['currency'], 'unit_amount': plan['amount'],
                     'product': plan['product'], 'type': 'recurring',
                     'recurring': {'interval': plan['interval'], 'interval_count': plan['interval_count']}}
                    for plan in page['data']]
    return server.json_response(page)
