from django.urls import path

from trading.api import accounts, markets, orders, session

urlpatterns = [
    path("session", session.SessionView.as_view()),
    path("listings", markets.ListingsView.as_view()),
    path("listings/<str:symbol>", markets.ListingView.as_view()),
    path("listings/<str:symbol>/book", markets.BookView.as_view()),
    path("listings/<str:symbol>/trades", markets.TradesView.as_view()),
    path("listings/<str:symbol>/candles", markets.CandlesView.as_view()),
    path("orders", orders.OrdersView.as_view()),
    path("orders/preview", orders.PreviewView.as_view()),
    path("orders/<int:order_id>", accounts.OrderView.as_view()),
    path("orders/<int:order_id>/cancel", orders.CancelView.as_view()),
    path("orders/<int:order_id>/replace", orders.ReplaceView.as_view()),
    path("executions", accounts.ExecutionsView.as_view()),
    path("balances", accounts.BalancesView.as_view()),
    path("refusals", accounts.RefusalsView.as_view()),
]
