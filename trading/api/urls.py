from typing import Any

from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from rest_framework.views import APIView

from trading.api import accounts, cash, custodian, documents, markets, orders, session, settlements


def live(route: str, view: type[APIView]) -> URLPattern:
    """Nothing here may be kept by anybody on the way: it is moving, and most of it is private."""
    answer: Any = never_cache(view.as_view())
    return path(route, answer)


urlpatterns = [
    live("session", session.SessionView),
    live("listings", markets.ListingsView),
    live("listings/<str:symbol>", markets.ListingView),
    live("listings/<str:symbol>/book", markets.BookView),
    live("listings/<str:symbol>/orders", markets.OrdersInBookView),
    live("listings/<str:symbol>/trades", markets.TradesView),
    live("listings/<str:symbol>/auctions", markets.AuctionsView),
    live("listings/<str:symbol>/schedule", markets.ScheduleView),
    live("listings/<str:symbol>/candles", markets.CandlesView),
    live("orders", orders.OrdersView),
    live("orders/preview", orders.PreviewView),
    live("orders/pair", orders.PairView),
    live("orders/pair/preview", orders.PairPreviewView),
    live("orders/cancel-all", orders.CancelAllView),
    live("orders/<int:order_id>", accounts.OrderView),
    live("orders/<int:order_id>/cancel", orders.CancelView),
    live("orders/<int:order_id>/replace", orders.ReplaceView),
    live("executions", accounts.ExecutionsView),
    live("balances", accounts.BalancesView),
    live("refusals", accounts.RefusalsView),
    live("fees", accounts.FeesView),
    live("settlements", settlements.SettlementsView),
    live("settlements/<int:settlement_id>", settlements.SettlementView),
    live("settlements/<int:settlement_id>/lots", settlements.LotChoicesView),
    live("cash", cash.CashView),
    live("cash/movements", cash.MovementsView),
    live("bank-accounts", cash.BankAccountsView),
    live("bank-accounts/<int:bank_account_id>", cash.BankAccountView),
    live("withdrawals", cash.WithdrawalsView),
    live("withdrawals/<int:withdrawal_id>/cancel", cash.CancelWithdrawalView),
    live("documents", documents.DocumentsView),
    live("documents/<str:kind>/<str:name>.<str:file_format>", documents.DocumentView),
    live("lots", settlements.LotsView),
    live("custodian/instructions", custodian.InstructionsView),
    live("custodian/messages", custodian.MessagesView),
]
