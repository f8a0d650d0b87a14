// Liquibook on one of our workloads: operations on standard input, seconds and fills on standard output.
#include <book/order_book.h>
#include <book/order.h>

#include <cstdio>
#include <ctime>
#include <memory>
#include <vector>

namespace lb = liquibook::book;

struct Order : lb::Order {
  Order(uint32_t id, bool buy, lb::Price price, lb::Quantity qty) : id(id), buy(buy), limit(price), qty(qty) {}
  bool is_buy() const override { return buy; }
  lb::Price price() const override { return limit; }
  lb::Quantity order_qty() const override { return qty; }
  bool all_or_none() const override { return false; }
  bool immediate_or_cancel() const override { return false; }

  uint32_t id;
  bool buy;
  lb::Price limit;
  lb::Quantity qty;
};

using OrderPtr = std::shared_ptr<Order>;

struct Fill {
  uint32_t maker, taker;
  lb::Price price;
  lb::Quantity qty;
};

struct Listener : lb::OrderListener<OrderPtr> {
  void on_accept(const OrderPtr&) override {}
  void on_reject(const OrderPtr&, const char*) override {}
  void on_fill(const OrderPtr& taker, const OrderPtr& maker, lb::Quantity qty, lb::Price price) override {
    fills.push_back({maker->id, taker->id, price, qty});
  }
  void on_cancel(const OrderPtr&) override {}
  void on_cancel_reject(const OrderPtr&, const char*) override {}
  void on_replace(const OrderPtr&, const int64_t&, lb::Price) override {}
  void on_replace_reject(const OrderPtr&, const char*) override {}

  std::vector<Fill> fills;
};

struct Operation {
  uint32_t id, is_sell, price, qty;
};

int main() {
  size_t before = 0, timed = 0;
  if (scanf("%zu %zu", &before, &timed) != 2) return 1;
  std::vector<Operation> operations(before + timed);
  for (auto& o : operations)
    if (scanf("%u %u %u %u", &o.id, &o.is_sell, &o.price, &o.qty) != 4) return 1;

  Listener listener;
  lb::OrderBook<OrderPtr> book;
  book.set_order_listener(&listener);
  std::vector<OrderPtr> orders(operations.size() + 1);
  std::clock_t began = std::clock();
  for (size_t i = 0; i < operations.size(); ++i) {
    if (i == before) began = std::clock();
    const auto& o = operations[i];
    if (o.qty) {
      orders[o.id] = std::make_shared<Order>(o.id, !o.is_sell, o.price, o.qty);
      book.add(orders[o.id]);
    } else {
      book.cancel(orders[o.id]);
    }
  }
  printf("%f\n", double(std::clock() - began) / CLOCKS_PER_SEC);
  for (const auto& f : listener.fills)
    printf("%u %u %llu %llu\n", f.maker, f.taker, (unsigned long long)f.price, (unsigned long long)f.qty);
}
