import { useQuery, useQueryClient } from "@tanstack/react-query";

import { type ApiError, api, asId, call } from "../api/client";
import type { components } from "../api/schema";

type Schemas = components["schemas"];
export type Team = Schemas["TeamShape"];
export type Member = Schemas["MemberShape"];
export type Invitation = Schemas["InvitationShape"];
export type IssuerOfMine = Schemas["IssuerShape"];
export type Invited = Schemas["InvitedShape"];

/** What people are members of: an account or an issuer. The venue answers both alike. */
export interface House {
  kind: "accounts" | "issuers";
  id: string;
  name: string;
}

const of = ({ id }: House) => ({ house_id: asId(id) });
const teamKey = ({ kind, id }: House) => ["team", kind, id] as const;

export function useIssuers(signedIn: boolean) {
  return useQuery<IssuerOfMine[], ApiError>({
    queryKey: ["issuers"],
    queryFn: async () => (await call(api.GET("/api/v1/issuers"))).results,
    enabled: signedIn,
  });
}

export function useTeam(house: House) {
  return useQuery<Team, ApiError>({
    queryKey: teamKey(house),
    queryFn: () => call(api.GET(`/api/v1/${house.kind}/{house_id}/members`, { params: { path: of(house) } })),
  });
}

/** What may be done to a team; whatever comes of it, the team is asked for again. */
export function useTeamActs(house: House) {
  const queries = useQueryClient();
  const told = async <T>(act: Promise<T>): Promise<T> => {
    try {
      return await act;
    } finally {
      void queries.invalidateQueries({ queryKey: teamKey(house) });
      void queries.invalidateQueries({ queryKey: ["session"] });
    }
  };
  return {
    invite: (email: string, role: string) =>
      told(call(api.POST(`/api/v1/${house.kind}/{house_id}/invitations`, { params: { path: of(house) }, body: { email, role } }))),
    takeBack: ({ id }: Invitation) =>
      told(
        call(
          api.DELETE(`/api/v1/${house.kind}/{house_id}/invitations/{invitation_id}`, {
            params: { path: { ...of(house), invitation_id: asId(id) } },
            parseAs: "text",
          }),
        ),
      ),
    changeRole: ({ id }: Member, role: string) =>
      told(call(api.PUT(`/api/v1/${house.kind}/{house_id}/members/{member_id}`, { params: { path: { ...of(house), member_id: asId(id) } }, body: { role } }))),
    remove: ({ id }: Member) =>
      told(
        call(
          api.DELETE(`/api/v1/${house.kind}/{house_id}/members/{member_id}`, {
            params: { path: { ...of(house), member_id: asId(id) } },
            parseAs: "text",
          }),
        ),
      ),
  };
}
