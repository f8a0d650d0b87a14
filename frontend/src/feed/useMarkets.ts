import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { type ApiError, api, call } from "../api/client";
import type { Listing } from "../api/types";
import { type MarketsMessage, type Position, type Standing, precedes, statusOf } from "./messages";
import { type Link, connect } from "./socket";
import { connectionOf, setConnection } from "./status";

const LISTINGS = ["listings"] as const;
const RELOAD_PAUSE_MS = 3000;

/** A statistics message replaces the row's figures unless the row is already newer. */
export function applyStats(listings: Listing[], message: MarketsMessage & { type: "stats" }): Listing[] {
  return listings.map((listing) =>
    listing.symbol !== message.symbol || precedes(message, listing)
      ? listing
      : {
          ...listing,
          ...statusOf(message),
          stats: message.stats,
          epoch: message.epoch,
          seq: message.seq,
        },
  );
}

/** Rows that stand where a heartbeat says take its word on their state; others wait for their statistics. */
export function applyStates(listings: Listing[], markets: Record<string, Standing>): Listing[] {
  const changed = (listing: Listing, told: Standing | undefined): told is Standing =>
    told !== undefined &&
    told.epoch === listing.epoch &&
    told.seq === listing.seq &&
    told.state !== listing.state;
  if (!listings.some((listing) => changed(listing, markets[listing.symbol]))) return listings;
  return listings.map((listing) => {
    const told = markets[listing.symbol];
    return changed(listing, told) ? { ...listing, ...statusOf(told) } : listing;
  });
}

/** Whether some row has not reached what the heartbeat before the last one told. */
export function hasMissed(listings: Listing[], told: Record<string, Position>): boolean {
  return listings.some((listing) => {
    const theirs = told[listing.symbol];
    return theirs !== undefined && precedes(listing, theirs);
  });
}

export function useListings() {
  return useQuery<Listing[], ApiError>({
    queryKey: LISTINGS,
    queryFn: async () => (await call(api.GET("/api/v1/listings"))).results,
  });
}

/** Keeps the list of markets live while the calling component is on screen. */
export function useLiveListings() {
  const queries = useQueryClient();
  useEffect(() => {
    let link: Link = { phase: "connecting" };
    let told: Record<string, Position> = {};
    let missed = false;
    let reloadedAt = 0;
    const say = () => setConnection("markets", connectionOf(link, missed));
    const reload = () => {
      reloadedAt = Date.now();
      void queries.invalidateQueries({ queryKey: LISTINGS });
    };
    const { stop } = connect<MarketsMessage>("/ws/markets/", {
      onOpen: reload,
      onLink: (next) => {
        link = next;
        say();
      },
      onMessage: (message) => {
        const listings = queries.getQueryData<Listing[]>(LISTINGS);
        if (!listings) return;
        if (message.type === "stats") {
          queries.setQueryData(LISTINGS, applyStats(listings, message));
        } else if (message.type === "heartbeat") {
          missed = hasMissed(listings, told);
          told = message.markets;
          queries.setQueryData(LISTINGS, applyStates(listings, message.markets));
          if (missed && Date.now() - reloadedAt > RELOAD_PAUSE_MS) reload();
          say();
        }
      },
    });
    say();
    return () => {
      stop();
      setConnection("markets", null);
    };
  }, [queries]);
  return useListings();
}
