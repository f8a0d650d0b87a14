import { type ChangeEvent, useId, useRef, useState } from "react";
import { Button, DropZone } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ApiError } from "../../api/client";
import { calendarDay } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import type { Application, Needed, Upload, UploadKind } from "../types";
import { fileOf, thumbnailOf, useApplicationActs } from "../useApplications";
import type { StepProps } from "./People";

const TAKEN = ["image/jpeg", "image/png", "application/pdf"];

/** Which upload answers which need: each is counted once, in the order they are asked. */
export function sorted(documents: readonly Needed[], uploads: readonly Upload[]): { of: Upload[][]; others: Upload[] } {
  const left = [...uploads];
  const of = documents.map(({ kinds, identity, tax_year }) => {
    const mine = left.filter(
      (upload) =>
        kinds.includes(upload.kind) &&
        (identity === null || upload.identity === null || upload.identity === identity) &&
        (tax_year === null || upload.tax_year === tax_year),
    );
    for (const upload of mine) left.splice(left.indexOf(upload), 1);
    return mine;
  });
  return { of, others: left };
}

export function Documents({ application }: StepProps) {
  const { t } = useTranslation();
  const { documents, uploads } = application;
  const { of, others } = sorted(documents, uploads);
  return (
    <>
      {documents.length === 0 && <p className="apply-note">{t("onboarding.documents.none")}</p>}
      {documents.map((needed, n) => (
        <section key={n} className="apply-group apply-document" aria-labelledby={`document-${n}`}>
          <div className="apply-document-head">
            <div>
              <h2 id={`document-${n}`}>
                {needed.kinds.map((kind) => t(`onboarding.upload_kind.${kind}`)).join(t("onboarding.documents.or"))}
                {needed.tax_year !== null && ` ${needed.tax_year}`}
              </h2>
              {needed.whose && <p className="muted">{needed.whose}</p>}
            </div>
            <span className={`badge ${needed.met ? "badge-settled" : ""}`}>{t(needed.met ? "onboarding.documents.met" : "onboarding.documents.needed")}</span>
          </div>
          <p>{needed.why}</p>
          <Uploads application={application} uploads={of[n] ?? []} />
          <Uploader application={application} needed={needed} label={`document-${n}`} isMore={(of[n] ?? []).length > 0} />
        </section>
      ))}
      {others.length > 0 && (
        <section className="apply-group" aria-labelledby="other-documents">
          <h2 id="other-documents">{t("onboarding.documents.others")}</h2>
          <Uploads application={application} uploads={others} />
        </section>
      )}
      <p className="muted">{t("onboarding.documents.kept")}</p>
    </>
  );
}

function Uploads({ application, uploads }: { application: Application; uploads: Upload[] }) {
  const { t } = useTranslation();
  const { removeUpload } = useApplicationActs();
  const [problem, setProblem] = useState("");

  async function remove(upload: Upload) {
    setProblem("");
    try {
      await removeUpload(application.id, upload.id);
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setProblem(failure.message || t("placeholder.unreachable"));
    }
  }

  if (uploads.length === 0) return null;
  return (
    <>
      <ul className="apply-uploads">
        {uploads.map((upload) => (
          <li key={upload.id}>
            <img src={thumbnailOf(application.id, upload.id)} alt="" width="56" height="56" loading="lazy" />
            <div>
              <a href={fileOf(application.id, upload.id)} target="_blank" rel="noreferrer">{upload.name}</a>
              <p className="muted">
                {[
                  t(`onboarding.upload_kind.${upload.kind}`),
                  upload.dated && t("onboarding.documents.of_day", { day: calendarDay(upload.dated) }),
                  upload.pages > 1 && t("onboarding.documents.pages", { count: upload.pages }),
                  t("onboarding.documents.size", { size: Math.max(1, Math.round(upload.size / 1000)) }),
                ].filter(Boolean).join(" · ")}
              </p>
            </div>
            <Button className="icon-button" aria-label={t("onboarding.documents.remove", { name: upload.name })} onPress={() => void remove(upload)}>
              <Icon name="close" />
            </Button>
          </li>
        ))}
      </ul>
      {problem && <p className="refusal" role="alert">{problem}</p>}
    </>
  );
}

interface UploaderProps {
  application: Application;
  needed: Needed;
  label: string;
  isMore: boolean;
}

function Uploader({ application, needed, label, isMore }: UploaderProps) {
  const { t } = useTranslation();
  const { upload } = useApplicationActs();
  const [kind, setKind] = useState<UploadKind>(needed.kinds[0] ?? "OTHER");
  const [dated, setDated] = useState("");
  const [going, setGoing] = useState<{ name: string; share: number } | null>(null);
  const [problem, setProblem] = useState("");
  const chooser = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const id = useId();
  const asksDay = needed.months !== null;

  async function send(files: Iterable<File>) {
    setProblem("");
    try {
      for (const file of files) {
        if (asksDay && !dated) {
          setProblem(t("onboarding.documents.day_first"));
          return;
        }
        setGoing({ name: file.name, share: 0 });
        await upload(
          application.id,
          file,
          {
            kind,
            ...(needed.identity !== null && { identity: needed.identity }),
            ...(needed.tax_year !== null && { tax_year: String(needed.tax_year) }),
            ...(asksDay && { dated }),
          },
          (share) => setGoing({ name: file.name, share }),
        );
      }
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setProblem(failure.message || t("onboarding.documents.failed"));
    } finally {
      setGoing(null);
    }
  }

  function chosen(event: ChangeEvent<HTMLInputElement>) {
    const files = [...(event.target.files ?? [])];
    // The same file may be chosen again after something was mended.
    event.target.value = "";
    void send(files);
  }

  return (
    <div className="apply-uploader">
      {(needed.kinds.length > 1 || asksDay) && (
        <div className="apply-pair">
          {needed.kinds.length > 1 && (
            <label className="field">
              <span className="label">{t("onboarding.documents.kind")}</span>
              <select className="input apply-list" value={kind} onChange={(event) => setKind(event.target.value as UploadKind)}>
                {needed.kinds.map((each) => <option key={each} value={each}>{t(`onboarding.upload_kind.${each}`)}</option>)}
              </select>
            </label>
          )}
          {asksDay && (
            <label className="field">
              <span className="label">{t("onboarding.documents.dated")}</span>
              <input className="input" type="date" value={dated} onChange={(event) => setDated(event.target.value)} />
            </label>
          )}
        </div>
      )}
      <DropZone
        className="apply-drop"
        aria-label={t("onboarding.documents.drop")}
        getDropOperation={(types) => (TAKEN.some((type) => types.has(type)) ? "copy" : "cancel")}
        onDrop={({ items }) => {
          void Promise.all(items.flatMap((item) => (item.kind === "file" ? [item.getFile()] : []))).then(send);
        }}
      >
        {going ? (
          <div className="apply-going" role="status">
            <span>{t("onboarding.documents.sending", { name: going.name })}</span>
            <progress value={going.share} max={1} aria-label={t("onboarding.documents.sending", { name: going.name })} />
          </div>
        ) : (
          <>
            <Button className="button button-quiet" aria-describedby={`${label} ${id}`} onPress={() => chooser.current?.click()}>
              <Icon name="up" />
              {t(isMore ? "onboarding.documents.another" : "onboarding.documents.choose")}
            </Button>
            <Button className="button button-quiet apply-camera" aria-describedby={label} onPress={() => camera.current?.click()}>
              {t("onboarding.documents.camera")}
            </Button>
            <span className="muted apply-drop-hint">{t("onboarding.documents.or_drop")}</span>
            {!isMore && <span className="field-hint" id={id}>{t("onboarding.documents.taken")}</span>}
          </>
        )}
      </DropZone>
      <input ref={chooser} type="file" accept={TAKEN.join()} multiple hidden onChange={chosen} data-document={label} />
      <input ref={camera} type="file" accept="image/jpeg,image/png" capture="environment" hidden onChange={chosen} />
      {problem && <p className="refusal" role="alert">{problem}</p>}
    </div>
  );
}
