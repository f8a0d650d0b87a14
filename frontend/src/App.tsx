import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { I18nProvider, RouterProvider } from "react-aria-components";
import { BrowserRouter, Route, Routes, useNavigate } from "react-router";

import { ApiError } from "./api/client";
import { TradePage } from "./books/TradePage";
import { CashPage } from "./cash/CashPage";
import { DocumentsPage } from "./documents/DocumentsPage";
import { KeysPage } from "./keys/KeysPage";
import { InboxPage } from "./inbox/InboxPage";
import { MarketListPage } from "./market/MarketListPage";
import { MarketPage } from "./market/MarketPage";
import { ApplicationPage } from "./onboarding/ApplicationPage";
import { ApplyPage } from "./onboarding/ApplyPage";
import { Banner } from "./onboarding/Banner";
import { ReviewPage } from "./onboarding/ReviewPage";
import { StepPage } from "./onboarding/StepPage";
import { InvitationPage } from "./members/InvitationPage";
import { TeamPage } from "./members/TeamPage";
import { OrdersPage } from "./orders/OrdersPage";
import { PortfolioPage } from "./portfolio/PortfolioPage";
import { AccountProvider } from "./session/AccountContext";
import { SecondFactorPage } from "./safety/SecondFactorPage";
import { SecurityPage } from "./safety/SecurityPage";
import { StopChangePage } from "./safety/StopChangePage";
import { ForgottenPasswordPage } from "./session/ForgottenPasswordPage";
import { SignInPage } from "./session/SignInPage";
import { SignUpPage } from "./session/SignUpPage";
import { StandingPage } from "./standing/StandingPage";
import { ErrorBoundary } from "./ui/ErrorBoundary";
import { Header } from "./ui/Header";
import { Toasts } from "./ui/Toasts";

const RETRIES = 2;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal will not change by asking again.
      retry: (count, error) => count < RETRIES && !(error instanceof ApiError && error.definitive),
    },
  },
});

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <I18nProvider locale="en-US">
        <BrowserRouter>
          <Pages />
        </BrowserRouter>
      </I18nProvider>
    </QueryClientProvider>
  );
}

function Pages() {
  const navigate = useNavigate();
  return (
    <RouterProvider navigate={(path) => void navigate(path)}>
      <AccountProvider>
        <Header />
        <Banner />
        <ErrorBoundary>
          <Routes>
            <Route path="/" element={<MarketListPage />} />
            <Route path="/markets/:symbol" element={<MarketPage />} />
            <Route path="/orders" element={<OrdersPage />} />
            <Route path="/portfolio" element={<PortfolioPage />} />
            <Route path="/trades/:id" element={<TradePage />} />
            <Route path="/cash" element={<CashPage />} />
            <Route path="/documents" element={<DocumentsPage />} />
            <Route path="/team" element={<TeamPage />} />
            <Route path="/invitation" element={<InvitationPage />} />
            <Route path="/keys" element={<KeysPage />} />
            <Route path="/apply" element={<ApplyPage />} />
            <Route path="/apply/:id" element={<ApplicationPage />} />
            <Route path="/apply/:id/review" element={<ReviewPage />} />
            <Route path="/apply/:id/:step" element={<StepPage />} />
            <Route path="/inbox" element={<InboxPage />} />
            <Route path="/standing" element={<StandingPage />} />
            <Route path="/sign-in" element={<SignInPage />} />
            <Route path="/sign-up" element={<SignUpPage />} />
            <Route path="/forgotten-password" element={<ForgottenPasswordPage />} />
            <Route path="/second-factor" element={<SecondFactorPage />} />
            <Route path="/security" element={<SecurityPage />} />
            <Route path="/stop-change" element={<StopChangePage />} />
          </Routes>
        </ErrorBoundary>
        <Toasts />
      </AccountProvider>
    </RouterProvider>
  );
}
